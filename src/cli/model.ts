import path from 'node:path';
import { Command, Option } from 'commander';
import { z } from 'zod';
import type { ModelKindName } from '../sdk/models/spec.js';
import { modelSpecSchema } from '../sdk/models/spec.js';
import type { Refusal } from '../stats/refusal.js';
import { isRefusal } from '../stats/refusal.js';
import { FAILURE, REFUSED } from './exit-codes.js';
import { InputError, issueLines } from './input-error.js';
import { cardText, checkText, comparisonText, dataComparisonText, listText } from './model-text.js';
import { progressOn } from './progress.js';
import { readDocument } from './read-document.js';
import { aligned, propertiesOf, type Schema } from './schema-lines.js';
import { collected, type VerbContext } from './verb.js';

const format = () => new Option('--format <format>', 'how it is written').choices(['text', 'json']).default('text');
interface Format { readonly format: 'text' | 'json' }
const MODEL = 'folder of a version, or of a model: its newest version';

/** Models as things that are kept. */
export const modelVerb = (context: VerbContext): Command => new Command('model')
  .summary('train, list, compare, score, check and export models of effects and of outcomes')
  .description('Models of effects (uplift) and of outcomes that are kept: a folder with model.json (the card), model.bin (what this program scores by) and model.onnx (the same for ONNX runtimes: input X, outputs cate and variance, or prediction).')
  .addCommand(trainCommand(context)).addCommand(kindsCommand(context)).addCommand(listCommand(context)).addCommand(cardCommand(context))
  .addCommand(compareCommand(context)).addCommand(scoreCommand(context)).addCommand(checkCommand(context)).addCommand(exportCommand(context))
  .addHelpText('after', `
Example:
  $ cat uplift.yaml
  name: uplift
  kind: causal_forest
  data: history.parquet
  columns: { outcome: spend, treatment: treated, covariates: [age, visits], categories: [country] }
  $ assay model train uplift.yaml --out models
  $ assay model score models/uplift --data customers.parquet --keep customer_id --out scores.parquet
  $ assay model check models/uplift
  $ assay model export models/uplift --out serving

Exit codes:
  0 done   30 a refusal: the data cannot answer, and it says why   2 bad input   1 failure, or a check that does not agree`);

const trainCommand = ({ terminal, exit }: VerbContext): Command => new Command('train')
  .description('Trains a model and keeps it as the next version of its name. The same spec on the same data finds the version that exists.')
  .argument('<spec>', 'YAML or JSON: { name, kind, data: PATH, columns: { outcome, treatment, covariates, categories }, options, seed }; a model of outcomes has no treatment; PATH is relative to the spec')
  .requiredOption('--out <folder>', 'folder of models; the version goes to FOLDER/NAME/VERSION')
  .option('--data <path>', 'learn from this file instead of the one that the spec names')
  .addOption(format())
  .action(async (specFile: string, { out, data, format: as }: Format & { readonly out: string; readonly data?: string }) => {
    const file = path.resolve(terminal.cwd, specFile);
    const spec = await readDocument(file, 'spec', modelSpecSchema);
    const { trainInto } = await import('../sdk/models/train-into.js');
    const progress = progressOn(terminal);
    const given = data === undefined ? spec : { ...spec, data: path.resolve(terminal.cwd, data) };
    const kept = await trainInto(path.resolve(terminal.cwd, out), given, path.dirname(file), { onProgress: (share) => progress.report(share, spec.name) })
      .finally(progress.end).catch((error: unknown) => {
        throw error instanceof z.ZodError ? new InputError(`${path.basename(file)} has options that ${spec.kind} cannot use:\n${issueLines(error.issues, ['options']).map((line) => `  ${line}`).join('\n')}`) : error;
      });
    if (isRefusal(kept)) return refused(terminal, exit, kept);
    const where = path.relative(terminal.cwd, kept.folder) || '.';
    terminal.out(as === 'json' ? json({ folder: kept.folder, isNew: kept.isNew, card: kept.card }) : `${cardText(kept.card)}\n${kept.isNew ? 'kept in' : 'the same spec on the same data was trained before: it is'} ${where}\n`);
  });

const kindsCommand = ({ terminal }: VerbContext): Command => new Command('kinds')
  .description('Lists the kinds of models; with a name, shows the options of that one.')
  .argument('[kind]', 'a kind')
  .action(async (name: string | undefined) => {
    const { kinds } = await import('../sdk/models/kinds.js');
    const names = Object.keys(kinds) as ModelKindName[];
    const width = 2 + Math.max(...names.map(({ length }) => length));
    if (name === undefined) return terminal.out(`${names.map((kind) => `${kind.padEnd(width)}${kinds[kind].title}`).join('\n')}\n\nassay model kinds <kind> shows the options of one.\n`);
    if (!names.includes(name as ModelKindName)) throw new InputError(`kind must be one of ${names.join(', ')}; got "${name}"`);
    const { title, references, options } = kinds[name as ModelKindName];
    terminal.out([`${name}: ${title}`, '', 'options', ...aligned(propertiesOf(z.toJSONSchema(options, { io: 'input' }) as Schema)), '', 'references', ...references.map((reference) => `  ${reference}`), ''].join('\n'));
  });

const listCommand = ({ terminal }: VerbContext): Command => new Command('list')
  .description('Lists the models of a folder, with what their cards say of the average effect and of the ranking.')
  .argument('<folder>', 'folder of models')
  .addOption(format())
  .action(async (folder: string, { format: as }: Format) => {
    const { listModels } = await import('../sdk/models/store.js');
    const models = await listModels(path.resolve(terminal.cwd, folder));
    terminal.out(as === 'json' ? json(models.map(({ card }) => card)) : listText(models.map(({ card }) => card)));
  });

const cardCommand = ({ terminal }: VerbContext): Command => new Command('card')
  .description('Shows the card of a model: what it was learned from, its inputs with their encodings, and how well it does.')
  .argument('<model>', MODEL)
  .addOption(format())
  .action(async (model: string, { format: as }: Format) => {
    const { modelFolder, readCard } = await import('../sdk/models/store.js');
    const card = await readCard(await modelFolder(path.resolve(terminal.cwd, model)));
    terminal.out(as === 'json' ? json(card) : cardText(card));
  });

const compareCommand = ({ terminal, exit }: VerbContext): Command => new Command('compare')
  .description('Compares two models: by their cards, and with --data on the rows of a file. Where the file has outcome and treatment, it says which model is nearer to the truth; give rows that neither learned from.')
  .argument('<first>', MODEL).argument('<second>', MODEL)
  .option('--data <path>', 'CSV, NDJSON, Parquet or Arrow file that both can score')
  .addOption(format())
  .action(async (first: string, second: string, { data, format: as }: Format & { readonly data?: string }) => {
    const [{ readModel }, { compareCards, compareOn }] = await Promise.all([import('../sdk/models/store.js'), import('../sdk/models/compare.js')]);
    const models = [await readModel(path.resolve(terminal.cwd, first)), await readModel(path.resolve(terminal.cwd, second))] as const;
    const cards = compareCards(models[0].card, models[1].card);
    const onData = data === undefined ? null : await compareOn(...models, path.resolve(terminal.cwd, data));
    if (isRefusal(onData)) return refused(terminal, exit, onData);
    const [a, b] = [models[0].card, models[1].card];
    terminal.out(as === 'json' ? json({ first: a, second: b, ...cards, data: onData }) : `${comparisonText(a, b, cards)}${onData ? dataComparisonText(onData) : ''}`);
  });

const scoreCommand = ({ terminal, exit }: VerbContext): Command => new Command('score')
  .description('Scores the rows of a file into a Parquet file of the same order, or one row. The effect of a unit is in units of the outcome per unit of the treatment.')
  .argument('<model>', MODEL)
  .option('--data <path>', 'CSV, NDJSON, Parquet or Arrow file; needs --out')
  .option('--out <file>', 'Parquet file for the scores: the kept columns, cate and, of a causal forest, variance; of a model of outcomes prediction')
  .option('--keep <column>', 'column that identifies units; may be repeated', collected)
  .option('--row <json>', 'one row, such as \'{"age":31,"country":"de"}\'; null where a value is missing')
  .action(async (model: string, { data, out, keep, row }: { readonly data?: string; readonly out?: string; readonly keep?: readonly string[]; readonly row?: string }) => {
    if ((row === undefined) === (data === undefined) || (data === undefined) !== (out === undefined)) throw new InputError('give --row, or --data with --out');
    const { readModel } = await import('../sdk/models/store.js');
    const stored = await readModel(path.resolve(terminal.cwd, model));
    if (row !== undefined) {
      const { scoreRow } = await import('../sdk/models/score.js');
      const answer = scoreRow(stored, rowOf(row));
      if ('issues' in answer) throw new InputError(`the row cannot be scored:\n${answer.issues.map(({ path: at, message }) => `  ${at} ${message}`).join('\n')}`);
      if (isRefusal(answer)) return refused(terminal, exit, answer);
      return terminal.out(`${JSON.stringify(answer)}\n`);
    }
    const { scoreFile } = await import('../sdk/models/score-file.js');
    const progress = progressOn(terminal);
    const scored = await scoreFile(stored, path.resolve(terminal.cwd, data!), path.resolve(terminal.cwd, out!), keep ?? [], { onProgress: (share) => progress.report(share, stored.card.name) }).finally(progress.end);
    if (isRefusal(scored)) return refused(terminal, exit, scored);
    const without = scored.withoutEffect === 0 ? '' : `; ${scored.withoutEffect} have no score: ${stored.scorer.withoutScore}`;
    terminal.out(`${scored.rows} rows, with ${scored.columns.join(', ')}, in ${out}${without}\n`);
  });

const checkCommand = ({ terminal, exit }: VerbContext): Command => new Command('check')
  .description('Scores the same rows by onnxruntime-node and by this program. They must agree to 1e-6 of the largest score.')
  .argument('<model>', MODEL)
  .option('--data <path>', 'rows to score; absent: 2,000 made to try every cut and level of the model')
  .addOption(format())
  .action(async (model: string, { data, format: as }: Format & { readonly data?: string }) => {
    const [{ readModel }, { checkModel }] = await Promise.all([import('../sdk/models/store.js'), import('../sdk/models/check.js')]);
    const check = await checkModel(await readModel(path.resolve(terminal.cwd, model)), data === undefined ? undefined : path.resolve(terminal.cwd, data));
    if (isRefusal(check)) return refused(terminal, exit, check);
    terminal.out(as === 'json' ? json(check) : checkText(check));
    if (!check.agrees) exit(FAILURE);
  });

const exportCommand = ({ terminal }: VerbContext): Command => new Command('export')
  .description('Writes what an ONNX runtime needs into a folder: model.onnx, and model.json, which tells how its inputs are encoded.')
  .argument('<model>', MODEL)
  .requiredOption('--out <folder>', 'where they go; made where it is not there')
  .action(async (model: string, { out }: { readonly out: string }) => {
    const { models } = await import('../sdk/models/models.js');
    const { onnx, card } = await (await models.read(path.resolve(terminal.cwd, model))).export(path.resolve(terminal.cwd, out));
    terminal.out(`${[onnx, card].map((file) => path.relative(terminal.cwd, file)).join('\n')}\n`);
  });

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

function refused(terminal: VerbContext['terminal'], exit: VerbContext['exit'], { reason, detail, remedy }: Refusal): void {
  terminal.out(`refused (${reason}): ${detail}\nremedy: ${remedy}\n`);
  exit(REFUSED);
}

function rowOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch { /* told below */ }
  throw new InputError(`--row must be a JSON object such as {"age":31}; got ${text.slice(0, 80)}`);
}
