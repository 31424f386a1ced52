import { useState } from 'preact/hooks';
import { ApiProblem, hasCode } from '../api/errors.ts';
import { post } from '../api/request.ts';
import type { Consent, PlanChange } from '../api/types.ts';
import { useAction } from '../api/use-action.ts';
import { Button } from '../components/button.tsx';
import { TextField } from '../components/field.tsx';
import { ConsentError } from './consent-error.tsx';
import type { ConsentForm } from './consent-form.ts';
import { localDateTime, secondsOf } from './recording-time.ts';

/** Consent on a recorded call: which recording, when it began, how long it is, and that it was announced. */
export function VerbalConsent({ change, quote, take }: ConsentForm) {
  const [id, setId] = useState('');
  const [startedAt, setStartedAt] = useState(() => localDateTime(new Date()));
  const [length, setLength] = useState('');
  const [isAnnounced, setAnnounced] = useState(false);
  const [isTried, setTried] = useState(false);
  const action = useAction(
    (consent: Consent, key) =>
      post<PlanChange>(`/v1/plan-changes/${change.planChangeId}/consent`, consent, key),
    take,
  );

  const seconds = secondsOf(length);
  const start = new Date(startedAt);
  const at = (pointer: string): string | undefined =>
    action.error instanceof ApiProblem ? action.error.at(`/recording${pointer}`) : undefined;
  const errors = {
    id: isTried && id.trim() === '' ? 'Enter the id of the recording.' : at('/id'),
    startedAt:
      isTried && Number.isNaN(start.getTime()) ? 'Enter when the recording began.' : at('/startedAt'),
    length:
      isTried && seconds === undefined ? 'Enter minutes and seconds, such as 4:10.' : at('/durationSeconds'),
    announced: isTried && !isAnnounced ? 'Tell the customer first, then tick this.' : undefined,
  };

  const submit = (): void => {
    setTried(true);
    if (id.trim() === '' || Number.isNaN(start.getTime()) || seconds === undefined || !isAnnounced) return;
    action.run({
      method: 'verbal',
      quoteHash: quote.hash,
      recording: {
        id: id.trim(),
        startedAt: start.toISOString(),
        durationSeconds: seconds,
        announced: true,
        scriptVersion: quote.script.version,
      },
    });
  };

  const isShownAtFields = hasCode(action.error, 'invalid-input');
  return (
    <form
      class="stack consent-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <div class="fields">
        <TextField
          label="Recording id"
          name="recordingId"
          autoComplete="off"
          spellcheck={false}
          value={id}
          onValue={setId}
          error={errors.id}
        />
        <TextField
          label="Recording began"
          name="startedAt"
          type="datetime-local"
          hint="Your own clock. The whole call counts."
          value={startedAt}
          onValue={setStartedAt}
          error={errors.startedAt}
        />
        <TextField
          label="Length"
          name="length"
          autoComplete="off"
          hint="Minutes and seconds: 4:10"
          value={length}
          onValue={setLength}
          error={errors.length}
        />
      </div>
      <div class="field">
        <label class="check">
          <input
            type="checkbox"
            name="announced"
            checked={isAnnounced}
            aria-invalid={errors.announced === undefined ? undefined : 'true'}
            aria-describedby={errors.announced === undefined ? undefined : 'announced-error'}
            onChange={(event) => setAnnounced(event.currentTarget.checked)}
          />
          The customer was told that the call is recorded
        </label>
        {errors.announced !== undefined && (
          <p class="field-error" id="announced-error">
            {errors.announced}
          </p>
        )}
      </div>
      {!isShownAtFields && <ConsentError error={action.error} retry={action.retry} change={change} />}
      <div class="actions">
        <Button busy={action.busy}>
          {change.activation.when === 'immediately'
            ? 'The customer agrees: apply the change'
            : 'The customer agrees: schedule the change'}
        </Button>
      </div>
    </form>
  );
}
