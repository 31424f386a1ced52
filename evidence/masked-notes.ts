import { problemsOf, type Check } from './checks/check.ts';

/**
 * The check over the notes that can be read. A masked note has the hash of what was written, so its own hash cannot be
 * made again; as a link it is followed all the same, because the note after it, where that can be read, was hashed with it.
 */
export function ofUnmaskedNotes({ title, run }: Check): Check {
  return {
    title,
    run: ({ payload, keys }) => {
      const masked = payload.chain.filter(({ note }) => note?.masked === true).length;
      if (masked === 0) return run({ payload, keys });
      const chain = payload.chain.map((link) =>
        link.note?.masked === true ? { ...link, note: null } : link,
      );
      const { looked, problems, remarks = [] } = run({ payload: { ...payload, chain }, keys });
      return {
        looked,
        problems: [
          ...problems,
          ...problemsOf([payload.copy === 'full', 'a note is masked in a copy that says it is full']),
        ],
        remarks: [
          ...remarks,
          `${masked} of the other notes ${masked === 1 ? 'is' : 'are'} of this change, masked in this copy: a full copy shows them`,
        ],
      };
    },
  };
}
