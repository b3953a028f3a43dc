import { formatChance, formatCount, formatCounted, formatList, formatShare, formatTick, formatValue } from '../experiment/format.js';

/** What a planner answered, as far as sentences are made of it. */
interface Answer {
  readonly claim?: string | undefined;
  readonly solvedFor?: 'effect' | 'margin' | 'units' | 'power';
  readonly scale?: 'lift' | 'difference';
  readonly effect?: number;
  readonly margin?: number;
  readonly power?: number;
  readonly units?: number;
  readonly unitsByArm?: readonly number[];
  readonly randomisationUnit?: string;
  readonly days?: number | null;
  readonly expectedUnits?: number;
  readonly expectedDays?: number | null;
  readonly falsePositives?: number;
  readonly monteCarloError?: number;
  readonly betaPerClause?: number;
  readonly scalingFactor?: number;
  readonly furtherUnits?: number;
  readonly underPlan?: number;
  readonly underTrend?: number;
  readonly predictive?: number;
  readonly isFutile?: boolean;
}

/** What is shown within a margin. */
const CLAIMS: Readonly<Record<string, string>> = { non_inferiority: 'the treatment is worse by less than', equivalence: 'the arms differ, either way, by less than' };

/** The answer to the question that was asked, in a sentence or two. */
export function planningSentence(planner: string, result: object): string {
  const answer = { ...result, claim: CLAIMS[planner] } as Answer;
  if (answer.underPlan !== undefined) return interimSentence(answer);
  if (answer.furtherUnits !== undefined) return furtherSentence(answer);
  return [mainSentence(answer), ...asides(answer)].join(' ');
}

const interimSentence = ({ underPlan, underTrend, predictive, isFutile }: Answer): string =>
  `The chance to reject at the end is ${formatChance(underPlan!)} if the planned effect is true, ${formatChance(underTrend!)} if the trend so far is, and ${formatChance(predictive!)} over what is believed now.${isFutile ? ' Going on is futile.' : ''}`;

const furtherSentence = ({ furtherUnits, scalingFactor, power }: Answer): string =>
  (furtherUnits === 0 ? `There are enough units: power is ${formatChance(power!)}.`
    : `${formatCounted(furtherUnits!, 'further unit')} (${formatValue(scalingFactor!)} times those so far) give power ${formatChance(power!)} on each goal.`);

function mainSentence(answer: Answer): string {
  const { solvedFor, power, units, betaPerClause } = answer;
  const needed = `${unitsText(answer)}${answer.days ? `, ${formatCounted(answer.days, 'day')},` : ''}`;
  if (betaPerClause !== undefined) return `${needed} give a chance of at least ${formatChance(power!)} to ship a change that is as good as planned.`;
  if (answer.margin !== undefined) return `${needed} show with power ${formatChance(power!)} that ${answer.claim} ${sizeText(answer.margin, answer.scale).replace(/^\+/, '')}.`;
  const size = `${answer.scale === 'lift' ? 'a lift' : 'a difference'} of ${sizeText(answer.effect!, answer.scale)}`;
  if (solvedFor === 'effect') return `${needed} detect ${size}, or more, with power ${formatChance(power!)}.`;
  return units === undefined ? '' : `${needed} detect ${size} with power ${formatChance(power!)}.`;
}

function asides({ expectedUnits, expectedDays, units, falsePositives, monteCarloError }: Answer): string[] {
  return [
    ...(expectedUnits !== undefined && units !== undefined && expectedUnits < units ? [`It stops after ${formatCount(Math.ceil(expectedUnits))}${expectedDays ? `, ${formatCounted(Math.ceil(expectedDays), 'day')},` : ''} on average.`] : []),
    ...(falsePositives === undefined ? [] : [`Without an effect ${formatShare(falsePositives)} of the rehearsals reject; the Monte Carlo error of the power is ${formatShare(monteCarloError!)}.`]),
  ];
}

function unitsText({ units, unitsByArm, randomisationUnit = 'unit' }: Answer): string {
  const plural = randomisationUnit === 'member of a pair' ? 'members of pairs' : `${randomisationUnit}s`;
  return `${formatCount(units!)} ${plural}${unitsByArm ? ` (${formatList(unitsByArm.map(formatCount))})` : ''}`;
}

const sizeText = (size: number, scale: Answer['scale']): string => (scale === 'lift' ? formatTick(size) : formatValue(size));
