import { useState } from 'preact/hooks';
import { ApiProblem, hasCode } from '../api/errors.ts';
import { post } from '../api/request.ts';
import type { Consent, PlanChange } from '../api/types.ts';
import { useAction } from '../api/use-action.ts';
import { Button } from '../components/button.tsx';
import { Field, TextField } from '../components/field.tsx';
import { ConsentError } from './consent-error.tsx';
import type { ConsentForm } from './consent-form.ts';
import { customer } from './customer.ts';
import { localDateTime } from './recording-time.ts';

/** Consent on a signed document: its name and hash are kept as evidence, the file itself never leaves here. */
export function WrittenConsent({ change, quote, take }: ConsentForm) {
  const [document, setDocument] = useState<{ readonly name: string; readonly sha256: string }>();
  const [signedBy, setSignedBy] = useState(customer.value?.customer.fullName ?? '');
  const [signedAt, setSignedAt] = useState(() => localDateTime(new Date()));
  const [isTried, setTried] = useState(false);
  const action = useAction(
    (consent: Consent, key) =>
      post<PlanChange>(`/v1/plan-changes/${change.planChangeId}/consent`, consent, key),
    take,
  );
  const at = (pointer: string): string | undefined =>
    action.error instanceof ApiProblem ? action.error.at(pointer) : undefined;
  const signed = new Date(signedAt);
  const errors = {
    document: isTried && document === undefined ? 'Choose the signed document.' : at('/document/name'),
    signedBy: isTried && signedBy.trim() === '' ? 'Enter who signed.' : at('/signedBy'),
    signedAt: isTried && Number.isNaN(signed.getTime()) ? 'Enter when it was signed.' : at('/signedAt'),
  };
  const submit = (): void => {
    setTried(true);
    if (document === undefined || signedBy.trim() === '' || Number.isNaN(signed.getTime())) return;
    action.run({
      method: 'written',
      quoteHash: quote.hash,
      document,
      signedBy: signedBy.trim(),
      signedAt: signed.toISOString(),
    });
  };
  return (
    <form
      class="stack consent-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Field
        label="Signed document"
        hint={
          document === undefined ? (
            'Only its name and fingerprint are sent.'
          ) : (
            <>
              Fingerprint <code class="hash">{document.sha256.slice(0, 16)}…</code>
            </>
          )
        }
        error={errors.document}
      >
        {(ids) => (
          <input
            {...ids}
            type="file"
            class="input"
            name="document"
            onChange={(event) => {
              const [file] = event.currentTarget.files ?? [];
              if (file) void fingerprint(file).then((sha256) => setDocument({ name: file.name, sha256 }));
            }}
          />
        )}
      </Field>
      <div class="fields">
        <TextField
          label="Signed by"
          name="signedBy"
          autoComplete="off"
          value={signedBy}
          onValue={setSignedBy}
          error={errors.signedBy}
        />
        <TextField
          label="Signed at"
          name="signedAt"
          type="datetime-local"
          value={signedAt}
          onValue={setSignedAt}
          error={errors.signedAt}
        />
      </div>
      {!hasCode(action.error, 'invalid-input') && (
        <ConsentError error={action.error} retry={action.retry} change={change} />
      )}
      <div class="actions">
        <Button busy={action.busy}>
          {change.activation.when === 'immediately'
            ? 'The customer has signed: apply the change'
            : 'The customer has signed: schedule the change'}
        </Button>
      </div>
    </form>
  );
}

/** SHA-256 of a file, lower-case hex. */
async function fingerprint(file: File): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
