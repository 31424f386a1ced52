import { TextField } from '../components/field.tsx';
import type { ConsentForm } from './consent-form.ts';
import { ConsentFrame } from './consent-frame.tsx';
import { beganBefore, secondsOf } from './recording-time.ts';

/** Consent on a recorded call: which recording, when it began, how long it is, and that it was announced. */
export function VerbalConsent(form: ConsentForm) {
  const { quote, draft, edit } = form;
  const { length, isAnnounced } = draft;
  const id = draft.recordingId.trim();
  const startedAt = draft.startedAt ?? beganBefore(draft.shownAt, length);
  const start = new Date(startedAt);
  const seconds = secondsOf(length);
  const isStart = !Number.isNaN(start.getTime());
  return (
    <ConsentFrame
      form={form}
      agreed="The customer agrees"
      consent={
        id === '' || !isStart || seconds === undefined || !isAnnounced
          ? undefined
          : {
              method: 'verbal',
              quoteHash: quote.hash,
              recording: {
                id,
                startedAt: start.toISOString(),
                durationSeconds: seconds,
                announced: true,
                scriptVersion: quote.script.version,
              },
            }
      }
      fields={({ missing, at }) => {
        const announcedError = missing(!isAnnounced, 'Tell the customer first, then tick this.');
        return (
          <>
            <div class="fields recording">
              <TextField
                label="Recording id"
                name="recordingId"
                autoComplete="off"
                spellcheck={false}
                value={draft.recordingId}
                onValue={(recordingId) => edit({ recordingId })}
                error={missing(id === '', 'Enter the id of the recording.') ?? at('/recording/id')}
              />
              <TextField
                label="Recording began"
                name="startedAt"
                type="datetime-local"
                hint="By your own clock: counted back by the length, unless you set it."
                value={startedAt}
                onValue={(value) => edit({ startedAt: value })}
                error={missing(!isStart, 'Enter when the recording began.') ?? at('/recording/startedAt')}
              />
              <TextField
                label="Length"
                name="length"
                autoComplete="off"
                hint="Of the whole call, up to now: 4:10"
                value={length}
                onValue={(value) => edit({ length: value })}
                error={
                  missing(seconds === undefined, 'Enter minutes and seconds, such as 4:10.') ??
                  at('/recording/durationSeconds')
                }
              />
            </div>
            <div class="field">
              <label class="check">
                <input
                  type="checkbox"
                  name="announced"
                  checked={isAnnounced}
                  aria-invalid={announcedError === undefined ? undefined : 'true'}
                  aria-describedby={announcedError === undefined ? undefined : 'announced-error'}
                  onChange={(event) => edit({ isAnnounced: event.currentTarget.checked })}
                />
                The customer was told that the call is recorded
              </label>
              {announcedError !== undefined && (
                <p class="field-error" id="announced-error">
                  {announcedError}
                </p>
              )}
            </div>
          </>
        );
      }}
    />
  );
}
