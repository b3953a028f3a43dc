import type { z } from 'zod';

/** What the person at the keyboard gave cannot be used; the message is for them. */
export class InputError extends Error {
  override readonly name = 'InputError';
}

/** `metrics[2].window`: where in a document a zod issue is. */
export const pathText = (path: readonly PropertyKey[]): string =>
  path.map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i ? '.' : ''}${String(key)}`)).join('');

type Issue = z.core.$ZodIssue;

/** One line a field: where it is and what it must be. */
export const issueLines = (issues: readonly Issue[], at: readonly PropertyKey[] = []): string[] =>
  [...new Set(issues.flatMap((issue) => linesOf(issue, at)))];

function linesOf(issue: Issue, at: readonly PropertyKey[]): string[] {
  const path = [...at, ...issue.path];
  if (issue.code === 'invalid_union' && issue.errors.length > 0 && !issue.errors.every(isWrongType)) {
    return issueLines([...issue.errors].sort((a, b) => strangeness(a) - strangeness(b))[0]!, path);
  }
  const where = pathText(path);
  return [where ? `${where}: ${sentence(issue)}` : sentence(issue)];
}

const isWrongType = (issues: readonly Issue[]): boolean => issues.length === 1 && issues[0]!.code === 'invalid_type' && issues[0]!.path.length === 0;

/** How far a value is from one branch of a union: keys that the branch does not know weigh most. */
const strangeness = (issues: readonly Issue[]): number =>
  issues.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? 10 : 1), 0);

/** Zod's own words, less the ceremony: `must be number; got string`. */
function sentence(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type': {
      const got = /received (\w+)$/.exec(issue.message)?.[1];
      return got === 'undefined' ? 'is required' : `must be ${issue.expected}; got ${got ?? 'something else'}`;
    }
    case 'unrecognized_keys': return `does not know ${issue.keys.map((key) => `"${key}"`).join(', ')}`;
    case 'invalid_value': return `must be ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(String).join(', ')}`;
    case 'invalid_union': {
      const allowed = issue.errors.length > 0
        ? issue.errors.map(([only]) => (only as { expected: string }).expected) : (issue as { options?: readonly string[] }).options;
      return `must be one of ${allowed?.join(', ')}`;
    }
    case 'too_small': case 'too_big': return issue.message.replace(/^Too (small|big): expected \w+ to (have|be) /, (_, __, verb: string) => `must ${verb} `);
    default: return issue.message;
  }
}
