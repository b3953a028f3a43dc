/** HTML that is known to be safe: made by `html`, or an SVG of our own. */
export interface Markup { readonly markup: string }

/** Marks text as HTML. Only for what this program wrote itself. */
export const trusted = (markup: string): Markup => ({ markup });

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);

type Part = string | number | Markup | null | false | readonly Part[];

/** A template whose every string is escaped, for text and for quoted attributes alike; null and false vanish. */
export const html = (strings: TemplateStringsArray, ...parts: readonly Part[]): Markup =>
  trusted(strings.reduce((text, string, i) => text + textOf(parts[i - 1]!) + string));

function textOf(part: Part): string {
  if (part === null || part === false) return '';
  if (Array.isArray(part)) return part.map(textOf).join('');
  return typeof part === 'object' ? (part as Markup).markup : escapeHtml(String(part));
}

/** A link where the address is of the web, else the address as text: a plan may say `javascript:`. */
export const link = (address: string): Markup =>
  (/^https?:\/\//i.test(address) ? html`<a href="${address}" rel="noreferrer noopener">${address}</a>` : html`${address}`);
