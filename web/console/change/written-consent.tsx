import { useRef, useState } from 'preact/hooks';
import { Field, TextField } from '../components/field.tsx';
import type { ConsentForm } from './consent-form.ts';
import { ConsentFrame } from './consent-frame.tsx';

/** Consent on a signed document: its name and hash are kept as evidence, the file itself never leaves here. */
export function WrittenConsent(form: ConsentForm) {
  const { quote, draft, edit } = form;
  const { document, signedAt } = draft;
  const signedBy = draft.signedBy.trim();
  const signed = new Date(signedAt);
  const isSigned = !Number.isNaN(signed.getTime());
  const { choose, isUnreadable } = useFingerprint((chosen) => edit({ document: chosen }));
  return (
    <ConsentFrame
      form={form}
      agreed="The customer has signed"
      consent={
        document === undefined || signedBy === '' || !isSigned
          ? undefined
          : {
              method: 'written',
              quoteHash: quote.hash,
              document,
              signedBy,
              signedAt: signed.toISOString(),
            }
      }
      fields={({ missing, at }) => (
        <>
          <Field
            label="Signed document"
            hint={
              document === undefined ? (
                'Only its name and fingerprint are sent.'
              ) : (
                <>
                  {document.name}, fingerprint <code class="hash">{document.sha256.slice(0, 16)}…</code>
                </>
              )
            }
            error={
              isUnreadable
                ? 'The file cannot be read. Choose it again.'
                : (missing(document === undefined, 'Choose the signed document.') ??
                  at('/document/name') ??
                  at('/document/sha256'))
            }
          >
            {(ids) => (
              <input
                {...ids}
                type="file"
                class="input"
                name="document"
                onChange={(event) => choose(event.currentTarget.files?.[0])}
              />
            )}
          </Field>
          <div class="fields">
            <TextField
              label="Signed by"
              name="signedBy"
              autoComplete="off"
              hint="The customer’s name, as on the account."
              value={draft.signedBy}
              onValue={(value) => edit({ signedBy: value })}
              error={missing(signedBy === '', 'Enter who signed.') ?? at('/signedBy')}
            />
            <TextField
              label="Signed at"
              name="signedAt"
              type="datetime-local"
              hint="After the quote was made."
              value={signedAt}
              onValue={(value) => edit({ signedAt: value })}
              error={missing(!isSigned, 'Enter when it was signed.') ?? at('/signedAt')}
            />
          </div>
        </>
      )}
    />
  );
}

type Chosen = { readonly name: string; readonly sha256: string } | undefined;

/** Name and SHA-256 (lower-case hex) of the file that was chosen last. */
function useFingerprint(onChosen: (chosen: Chosen) => void) {
  const choices = useRef(0);
  const [isUnreadable, setUnreadable] = useState(false);
  const choose = (file: File | undefined): void => {
    choices.current += 1;
    const mine = choices.current;
    setUnreadable(false);
    onChosen(undefined);
    if (file === undefined) return;
    fingerprint(file).then(
      (sha256) => mine === choices.current && onChosen({ name: file.name, sha256 }),
      () => mine === choices.current && setUnreadable(true),
    );
  };
  return { choose, isUnreadable };
}

async function fingerprint(file: File): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
