import type { AnchorLine } from '../anchor-file.ts';
import { sealedHash } from '../note-anchor.ts';
import { problemsOf, type Check } from './check.ts';

/**
 * The anchor is the one of the file outside, and so is every head of this account there. The company signs both: that an
 * anchor is of its day is shown by a file that nobody could change since, which whoever checks gets from its keeper.
 * @param lines what was given of that file, any of its lines
 */
export function anchorAsShipped(lines: readonly AnchorLine[]): Check {
  return {
    title: 'Shipped anchors: as in the file kept outside of the database',
    run: ({ payload: { anchor, anchorRefused, chain, customer, generatedAt } }) => {
      const heads = lines.flatMap(({ sealed: { anchor: of }, heads: moved }) =>
        moved.filter(({ customerId }) => customerId === customer.customerId).map((head) => ({ of, head })),
      );
      const shown = heads.filter(({ head }) => head.sequence <= chain.length);
      const number = anchor?.sealed.anchor.number;
      const line = lines.find(({ sealed }) => sealed.anchor.number === number);
      const [leftOut] = heads.filter(({ of }) => Date.parse(of.takenAt) <= Date.parse(generatedAt));
      return {
        looked: anchor && line ? `anchor ${number}, and ${shown.length} heads of this account` : '',
        problems: [
          ...problemsOf(
            [
              anchor !== null && line !== undefined && sealedHash(line.sealed) !== sealedHash(anchor.sealed),
              `anchor ${number} of the file is another one`,
            ],
            [
              anchor === null && anchorRefused === undefined && leftOut !== undefined,
              `the bundle shows no anchor, and when it was made there was one over this account: ${leftOut?.of.number}`,
            ],
          ),
          ...shown
            .filter(({ head }) => chain[head.sequence - 1]?.hash !== head.hash)
            .map(
              ({ of, head }) => `note ${head.sequence} is not the one under anchor ${of.number} of the file`,
            ),
        ],
        remarks: problemsOf(
          [
            anchor !== null && line === undefined,
            `not compared: the file that was given has no anchor ${number}. Ask its keeper for that line`,
          ],
          [anchor === null, 'the bundle has no anchor to compare'],
        ),
      };
    },
  };
}
