import { useState } from 'preact/hooks';
import { ApiProblem } from '../api/errors.ts';
import { post } from '../api/request.ts';
import type { Note } from '../api/types.ts';
import { useAction } from '../api/use-action.ts';
import { Button } from '../components/button.tsx';
import { Field } from '../components/field.tsx';
import { ErrorNotice } from '../components/notice.tsx';
import { keepDraft, noteDrafts } from './note-drafts.ts';

/** Adds a remark to the account. It cannot be changed afterwards, and a repeat adds no second one. */
export function AddNote(props: { readonly customerId: string; readonly onAdded: () => void }) {
  const { customerId, onAdded } = props;
  const text = noteDrafts.value[customerId] ?? '';
  const [isAdded, setAdded] = useState(false);
  const action = useAction(
    (body: { readonly body: string }, key) => post<Note>(`/v1/customers/${customerId}/notes`, body, key),
    (_, sent) => {
      // What was typed while it was on its way is another note.
      if (noteDrafts.value[customerId] === sent.body) keepDraft(customerId, '');
      setAdded(true);
      onAdded();
    },
  );
  const isField = action.error instanceof ApiProblem && action.error.at('/body') !== undefined;
  return (
    <form
      class="stack add-note"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        action.run({ body: text });
      }}
    >
      <Field
        label="Add a note"
        hint="For good: a note cannot be changed or removed."
        error={
          isField ? (text.trim() === '' ? 'Write the note first.' : action.error.at('/body')) : undefined
        }
      >
        {(ids) => (
          <textarea
            {...ids}
            name="note"
            class="input"
            rows={3}
            maxLength={5_000}
            value={text}
            onInput={(event) => {
              setAdded(false);
              keepDraft(customerId, event.currentTarget.value);
            }}
          />
        )}
      </Field>
      {!isField && <ErrorNotice error={action.error} retry={action.retry} />}
      <div class="actions">
        <Button look="secondary" busy={action.busy}>
          Add the note
        </Button>
        <span class="hint" role="status">
          {isAdded && 'The note was added.'}
        </span>
      </div>
    </form>
  );
}
