import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { ApiProblem } from '../api/errors.ts';
import type { Consent } from '../api/types.ts';
import { Button } from '../components/button.tsx';
import { ConsentError } from './consent-error.tsx';
import type { ConsentForm } from './consent-form.ts';

export interface FieldErrors {
  /** The sentence for a field that is missing or unreadable, once it was tried to send it. */
  readonly missing: (isMissing: boolean, sentence: string) => string | undefined;
  /** What the server says of a member of the body, by its pointer. */
  readonly at: (pointer: string) => string | undefined;
}

/** What all forms of consent share: they say what is missing, and what is sent belongs to the words shown. */
export function ConsentFrame(props: {
  readonly form: ConsentForm;
  /** Who did what, such as `The customer agrees`. */
  readonly agreed: string;
  /** Undefined while something is missing. */
  readonly consent: Consent | undefined;
  readonly fields: (errors: FieldErrors) => ComponentChildren;
}) {
  const { form, consent } = props;
  const { change, isBehind } = form;
  const { error } = form.consent;
  const [tries, setTries] = useState(0);
  const element = useRef<HTMLFormElement>(null);
  // The next thing to do is the first field that is not right.
  useLayoutEffect(() => {
    if (tries > 0) element.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus();
  }, [tries, error]);

  const submit = (): void => {
    if (isBehind) return form.pointToNew();
    setTries((before) => before + 1);
    if (consent !== undefined) form.consent.run(consent);
  };
  const said = new Set<string>();
  const fields = props.fields({
    missing: (isMissing, sentence) => (tries > 0 && isMissing ? sentence : undefined),
    at: (pointer) => {
      said.add(pointer);
      const detail = error instanceof ApiProblem ? error.at(pointer) : undefined;
      return detail === undefined ? undefined : `It ${detail}.`;
    },
  });
  const isSaid =
    error instanceof ApiProblem && error.problem.errors?.every(({ pointer }) => said.has(pointer)) === true;
  return (
    <form
      ref={element}
      class="stack consent-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {fields}
      {!isSaid && <ConsentError form={form} again={submit} />}
      <div class="actions">
        <Button busy={form.consent.busy} looksDisabled={isBehind}>
          {props.agreed}
          {!isBehind && `: ${change.activation.when === 'immediately' ? 'apply' : 'schedule'} the change`}
        </Button>
      </div>
    </form>
  );
}
