import { rootByProof } from '../merkle-tree.ts';
import { isAnchorSigned, leafOf } from '../note-anchor.ts';
import { problemsOf, type Check } from './check.ts';

/** The chain was so when the anchor was taken: its head is under a signed root that was shipped away that day. */
export const anchor: Check = {
  title: 'Anchor: the chain is under a signed daily root',
  run: ({ payload: { anchor: proven, anchorRefused, chain, customer, generatedAt }, keys }) => {
    if (anchorRefused !== undefined) return { looked: '', problems: [anchorRefused] };
    if (!proven)
      return {
        looked: '',
        problems: [],
        remarks: [
          'nothing there to check: by this file alone, that no note was rewritten since it was written is the company’s word',
        ],
      };
    const { sealed, head, proof } = proven;
    const { number, date, root, takenAt } = sealed.anchor;
    const isKeyGiven = keys?.some(({ keyId }) => keyId === sealed.signature.keyId) ?? false;
    const later = chain.length - head.sequence;
    return {
      looked: `anchor ${number} of ${date}, notes 1 to ${head.sequence}`,
      problems: problemsOf(
        [
          isKeyGiven && !isAnchorSigned(sealed, keys ?? []),
          'the anchor is not signed by a key of the company',
        ],
        [
          rootByProof(leafOf(head), proof) !== root,
          'the head of the chain is not under the root of the anchor',
        ],
        [head.customerId !== customer.customerId, 'the anchored head is of another account'],
        [
          chain[head.sequence - 1]?.hash !== head.hash,
          `note ${head.sequence} is not the one that was anchored`,
        ],
        [Date.parse(takenAt) > Date.parse(generatedAt), 'the anchor is younger than this file'],
      ),
      unknown: problemsOf([
        keys !== undefined && !isKeyGiven,
        `the anchor is signed by a key that is none of those given: ${sealed.signature.keyId}`,
      ]),
      remarks: problemsOf(
        [
          later > 0,
          `${later === 1 ? '1 note is' : `${later} notes are`} younger than the anchor and under the next one`,
        ],
        [keys === undefined, 'no public key was given: who signed the anchor is not checked'],
      ),
    };
  },
};
