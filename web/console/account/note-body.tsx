/** Hashes and ids in the text: nobody reads them to the end. */
const LONG = /([0-9a-f]{64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/;
const SHOWN = 8;

/** The text of a note as it is on record; hashes and ids are cut short, and whole when pointed at or copied from the API. */
export function NoteBody({ text }: { readonly text: string }) {
  return (
    <p class="note-body">
      {text.split(LONG).map((part, index) =>
        LONG.test(part) ? (
          <abbr key={index} class="mono" title={part}>
            {part.slice(0, SHOWN)}…
          </abbr>
        ) : (
          part
        ),
      )}
    </p>
  );
}
