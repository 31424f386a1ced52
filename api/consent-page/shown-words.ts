import { createHash } from 'node:crypto';
import type { OfferView } from './offer-view.ts';
import { renderOffer } from './templates.ts';

/** The words that a customer agrees to, made from the very HTML that the page shows them in. */
export interface ShownWords {
  /** One sentence, label or figure per line, separated by "\n". */
  readonly text: string;
  /** Of the text as UTF-8, lower-case hexadecimal. */
  readonly sha256: string;
}

/** The quote, what happens next, and the sentence above the button. Kept with the evidence of the consent. */
export function shownWords(view: OfferView): ShownWords {
  const text = `${textOf(renderOffer(view))}\n${view.declaration}`;
  return { text, sha256: createHash('sha256').update(text).digest('hex') };
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&amp;': '&',
};

/** Of our own templates only: every `<` and `&` that is not theirs has been escaped. */
function textOf(html: string): string {
  return html
    .replaceAll(/<[^>]+>/g, '')
    .replaceAll(/&(?:lt|gt|quot|#39|amp);/g, (entity) => ENTITIES[entity] ?? entity)
    .replaceAll(/[ \t]+/g, ' ')
    .replaceAll(/\s*\n\s*/g, '\n')
    .trim();
}
