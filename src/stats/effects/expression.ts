import type { FunctionNode, MathNode, OperatorNode, SymbolNode } from 'mathjs';
import { refuse, type Refusal } from '../refusal.js';
import type { Outcome } from './outcome.js';

const FUNCTIONS = ['log', 'exp', 'sqrt'];
const OPERATORS = ['+', '-', '*', '/', '^'];
const REMEDY = `Use component names, numbers, ${OPERATORS.join(' ')}, ${FUNCTIONS.join(', ')} of one argument, and parentheses.`;

/** Derivatives take milliseconds, and an analysis asks for the same ones again and again. */
const known = new Map<string, Promise<Outcome | Refusal>>();
const MOST_KNOWN = 200;

/**
 * Compiles a smooth function of component means, such as `revenue / orders`, with its symbolic gradient.
 *
 * Refuses whatever is not a component name, a number, + - * / ^, log, exp, sqrt or parentheses. mathjs is loaded on the
 * first call only: most plans have no expression, and it takes longer to load than an analysis to run.
 * @param components names, in the order of the outcome columns
 */
export function compileExpression(expression: string, components: readonly string[]): Promise<Outcome | Refusal> {
  const key = JSON.stringify([expression, components]);
  const outcome = known.get(key) ?? compiled(expression, components);
  known.delete(key);
  known.set(key, outcome); // the last to be forgotten
  if (known.size > MOST_KNOWN) known.delete(known.keys().next().value!);
  return outcome;
}

async function compiled(expression: string, components: readonly string[]): Promise<Outcome | Refusal> {
  const { default: { derivative, parse } } = await import('mathjs/lib/browser/math.js');
  let tree: MathNode;
  try {
    tree = parse(expression);
  } catch (error) {
    return refuse('unsupported_combination', `expression "${expression}" cannot be read: ${(error as Error).message}`, REMEDY);
  }
  const fault = faultOf(tree, components);
  if (fault) return refuse('unsupported_combination', `expression "${expression}" ${fault}`, REMEDY);
  const value = tree.compile();
  const slopes = components.map((name) => derivative(tree, name).compile());
  const scope = (means: readonly number[]): Record<string, number> => Object.fromEntries(components.map((name, i) => [name, means[i]!]));
  return {
    value: (means) => real(value.evaluate(scope(means))),
    gradient: (means) => {
      const at = scope(means);
      return slopes.map((slope) => real(slope.evaluate(at)));
    },
  };
}

/** mathjs answers the square root of a negative number with a complex one. */
const real = (value: unknown): number => (typeof value === 'number' ? value : NaN);

function faultOf(node: MathNode, components: readonly string[]): string | undefined {
  const below = (nodes: readonly MathNode[]) => nodes.map((child) => faultOf(child, components)).find((fault) => fault !== undefined);
  switch (node.type) {
    case 'ConstantNode': {
      const { value } = node as MathNode & { value: unknown };
      return typeof value === 'number' ? undefined : `uses ${String(value)}, which is not a number`;
    }
    case 'ParenthesisNode':
      return below([(node as MathNode & { content: MathNode }).content]);
    case 'SymbolNode': {
      const { name } = node as SymbolNode;
      return components.includes(name) ? undefined : `uses ${name}, which is not a component; components are ${components.join(', ')}`;
    }
    case 'OperatorNode': {
      const { op, args } = node as OperatorNode;
      return OPERATORS.includes(op) ? below(args) : `uses the operator ${op}`;
    }
    case 'FunctionNode': {
      const { fn, args } = node as FunctionNode;
      const name = fn.type === 'SymbolNode' ? fn.name : fn.toString();
      return FUNCTIONS.includes(name) && args.length === 1 ? below(args) : `uses ${name} with ${args.length} arguments`;
    }
    default:
      return `uses ${node.toString()}`;
  }
}
