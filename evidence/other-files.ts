const SAVE = 'Save the page as “HTML only”, or ask the company for it again.';

const BEGINNINGS: readonly (readonly [RegExp, string])[] = [
  [/^%PDF-/, `The file is a PDF: a printout can be read, and not checked. ${SAVE}`],
  [
    /^(\x89PNG|\xff\xd8\xff|GIF8|RIFF)/,
    `The file is a picture: it can be looked at, and not checked. ${SAVE}`,
  ],
  [
    /^PK[^\w\s]{2}/,
    `The file is an archive or an office document: unpack it, and check what is in it. ${SAVE}`,
  ],
  [
    /^(From: |MIME-Version: |Snapshot-Content-Location: )[^]*multipart\/related/i,
    `The file is a web archive (.mhtml), which a browser writes anew. ${SAVE}`,
  ],
  [/^bplist00/, `The file is a web archive, which a browser writes anew. ${SAVE}`],
];

/** What a file is that is no bundle at all, and what to do; undefined: it may be one. */
export function otherFile(file: Buffer): string | undefined {
  const beginning = file.subarray(0, 4_096).toString('latin1');
  if (beginning.trim() === '' && file.length <= 4_096) return `The file is empty. ${SAVE}`;
  const found = BEGINNINGS.find(([is]) => is.test(beginning));
  if (found) return found[1];
  return /^(\xef\xbb\xbf)?\s*[<{]/.test(beginning)
    ? undefined
    : 'The file is neither the page nor the JSON record of a proof bundle. Look whether it is the right file.';
}
