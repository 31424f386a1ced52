import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';

/**
 * Once a form was refused, its first field that is wrong takes the focus. Errors that come while one types are only
 * read out.
 * @param id of the control
 */
export function useFocusWhenWrong(id: string, isWrong: boolean): void {
  useEffect(() => {
    const control = document.getElementById(id);
    const form = control?.closest('form');
    if (!isWrong || !control || !form) return;
    const focusFirst = (): void => {
      if (form.querySelector('[aria-invalid="true"]') === control) control.focus();
    };
    // Sent once more as it was, it has the same errors.
    const later = (): number => window.setTimeout(focusFirst);
    focusFirst();
    form.addEventListener('submit', later);
    return () => form.removeEventListener('submit', later);
  }, [id, isWrong]);
}

/** Label, hint and error of a control, tied together for every reader. */
export function Field(props: {
  readonly label: string;
  readonly hint?: ComponentChildren;
  readonly error?: string | undefined;
  readonly children: (ids: {
    readonly id: string;
    readonly 'aria-describedby': string | undefined;
    readonly 'aria-invalid': 'true' | undefined;
  }) => ComponentChildren;
}) {
  const id = useId();
  const { hint, error } = props;
  useFocusWhenWrong(id, error !== undefined);
  const describedBy = [hint !== undefined && `${id}-hint`, error !== undefined && `${id}-error`].filter(
    Boolean,
  );
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      {props.children({
        id,
        'aria-describedby': describedBy.length === 0 ? undefined : describedBy.join(' '),
        'aria-invalid': error === undefined ? undefined : 'true',
      })}
      {hint !== undefined && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      <p class="field-error" id={`${id}-error`} aria-live="polite">
        {error}
      </p>
    </div>
  );
}

/** What the text-like inputs of the console need; not every attribute there is. */
interface InputAttributes {
  readonly name: string;
  readonly type?: 'text' | 'password' | 'search' | 'date' | 'datetime-local';
  readonly autoComplete?: string;
  readonly inputMode?: 'decimal';
  readonly spellcheck?: boolean;
  readonly placeholder?: string;
  readonly maxLength?: number;
  readonly min?: string;
  readonly max?: string;
}

export function TextField({
  label,
  hint,
  error,
  value,
  onValue,
  autoFocus,
  ...input
}: InputAttributes & {
  readonly label: string;
  readonly hint?: ComponentChildren;
  readonly error?: string | undefined;
  readonly value: string;
  readonly onValue: (value: string) => void;
  /** Takes the focus when it appears. */
  readonly autoFocus?: boolean;
}) {
  const element = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (autoFocus === true) element.current?.focus();
  }, [autoFocus]);
  return (
    <Field label={label} hint={hint} error={error}>
      {(ids) => (
        <input
          {...(input as JSX.IntrinsicElements['input'])}
          {...ids}
          ref={element}
          class="input"
          value={value}
          onInput={(event) => onValue(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}
