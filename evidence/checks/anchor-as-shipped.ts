import { anchorsInForce, type FileLine } from '../anchor-file.ts';
import { isStrikeSigned } from '../anchor-strike.ts';
import { sealedHash } from '../note-anchor.ts';
import { problemsOf, type Check } from './check.ts';

/**
 * The anchor is the one of the file outside, and so is every head of this account there. The company signs both: that an
 * anchor is of its day is shown by a file that nobody could change since, which whoever checks gets from its keeper. By an
 * anchor that was struck out nothing is established; its heads were in their chains all the same.
 * @param lines what was given of that file, any of its lines
 */
export function anchorAsShipped(lines: readonly FileLine[]): Check {
  return {
    title: 'Shipped anchors: as in the file kept outside of the database',
    run: ({ payload: { anchor, anchorRefused, chain, customer, generatedAt }, keys }) => {
      const strikes = lines.flatMap((line) =>
        'strike' in line && (keys === undefined || isStrikeSigned(line, keys)) ? [line] : [],
      );
      const anchors = lines.flatMap((line) => ('sealed' in line ? [line] : []));
      const inForce = anchorsInForce(lines.filter((line) => 'sealed' in line || strikes.includes(line)));
      const headsIn = (of: typeof anchors) =>
        of.flatMap(({ sealed: { anchor: under }, heads: moved }) =>
          moved
            .filter(({ customerId }) => customerId === customer.customerId)
            .map((head) => ({ of: under, head })),
        );
      const shown = headsIn(anchors).filter(({ head }) => head.sequence <= chain.length);
      const number = anchor?.sealed.anchor.number;
      const line = inForce.find(({ sealed }) => sealed.anchor.number === number);
      const own = anchor ? sealedHash(anchor.sealed) : undefined;
      const isOwn = line !== undefined && sealedHash(line.sealed) === own;
      const struck = isOwn ? undefined : strikes.find(({ strike }) => strike.hash === own)?.strike;
      const [leftOut] = headsIn(inForce).filter(
        ({ of }) => Date.parse(of.takenAt) <= Date.parse(generatedAt),
      );
      return {
        looked:
          anchor && line && !struck ? `anchor ${number}, and ${shown.length} heads of this account` : '',
        problems: [
          ...problemsOf(
            [
              anchor !== null && line !== undefined && !isOwn && !struck,
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
            struck !== undefined,
            `not established: anchor ${number} was struck out on ${struck?.struckAt.slice(0, 10)}, “${struck?.reason}”. Ask the company to make the file again: it is then under an anchor that counts`,
          ],
          [
            anchor !== null && line === undefined && !struck,
            `not compared: the file that was given has no anchor ${number}. Ask its keeper for that line`,
          ],
          [anchor === null, 'the bundle has no anchor to compare'],
        ),
      };
    },
  };
}
