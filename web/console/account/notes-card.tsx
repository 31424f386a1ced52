import type { Note, Notes } from '../api/types.ts';
import { blockingError } from '../api/use-poll.ts';
import { Link } from '../app/link.tsx';
import { Button } from '../components/button.tsx';
import { instantText } from '../components/format.ts';
import { ErrorNotice, Notice } from '../components/notice.tsx';
import { Loading } from '../components/screen.tsx';
import { mayServe } from '../session/rights.ts';
import { session } from '../session/sign-in-gate.ts';
import { AddNote } from './add-note.tsx';
import { authorText, kindText } from './note-words.ts';
import { NoteBody } from './note-body.tsx';
import type { useNotes } from './use-notes.ts';

/** Everything that happened on the account, newest first, and whether the record is whole. */
export function NotesCard(props: {
  readonly customerId: string;
  readonly account: ReturnType<typeof useNotes>;
  readonly timeZone: string | undefined;
}) {
  const { customerId, account, timeZone } = props;
  const { notes, cursor, older, newest, chain } = account;
  return (
    <section class="card" aria-labelledby="notes">
      <div class="card-head">
        <h2 id="notes">Account notes</h2>
        {chain !== undefined && <ChainBadge chain={chain} />}
      </div>
      {chain === 'broken' && (
        <Notice tone="bad" title="The record is broken">
          <p>
            A note was changed or removed after it was written. Do not rely on these notes, and tell
            operations.
          </p>
        </Notice>
      )}
      {mayServe() && <AddNote customerId={customerId} onAdded={newest.reload} />}
      {notes === undefined && newest.error === undefined && <Loading what="Reading the notes" />}
      <ErrorNotice error={blockingError(newest)} retry={newest.reload} />
      {notes?.length === 0 && <p class="empty">There are no notes yet.</p>}
      {notes !== undefined && notes.length > 0 && (
        <ol class="notes">
          {notes.map((note) => (
            <Entry key={note.noteId} note={note} timeZone={timeZone} />
          ))}
        </ol>
      )}
      <ErrorNotice error={older.error} retry={older.retry} />
      {cursor !== null && (
        <Button look="secondary" busy={older.busy} onClick={() => older.run(cursor)}>
          Older notes
        </Button>
      )}
    </section>
  );
}

function ChainBadge({ chain }: Pick<Notes, 'chain'>) {
  return chain === 'verified' ? (
    <span class="badge good" title="Every note carries the hash of the one before, and all of them match.">
      Record verified
    </span>
  ) : (
    <span class="badge bad">Record broken</span>
  );
}

function Entry({ note, timeZone }: { readonly note: Note; readonly timeZone: string | undefined }) {
  const { kind, body, author, createdAt, planChangeId, sequence } = note;
  return (
    <li class={`note ${author.type}`}>
      <p class="note-head">
        <strong>{kindText(kind)}</strong>
        <span class="note-number">#{sequence}</span>
      </p>
      <NoteBody text={body} />
      <p class="note-foot">
        {authorText(author, session.value?.agentId)},{' '}
        <time dateTime={createdAt}>{instantText(createdAt, timeZone)}</time>
        {planChangeId !== null && (
          <>
            {' · '}
            <Link to={`/changes/${planChangeId}`}>
              Change <span class="mono">{planChangeId.slice(0, 8)}</span>
            </Link>
          </>
        )}
      </p>
    </li>
  );
}
