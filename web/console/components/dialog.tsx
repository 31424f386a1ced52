import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';

/** A question over the screen. Escape and the close button leave it; the focus goes back where it was. */
export function Dialog(props: {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}) {
  const id = useId();
  const dialog = useModal(props.onClose);
  return (
    <dialog {...dialog} class="dialog" aria-labelledby={id}>
      <div class="dialog-head">
        <h2 id={id}>{props.title}</h2>
        <button type="button" class="icon-button" aria-label="Close" onClick={props.onClose}>
          <svg viewBox="0 0 16 16" aria-hidden="true">
            <path d="M3.5 3.5l9 9m0-9l-9 9" />
          </svg>
        </button>
      </div>
      {props.children}
    </dialog>
  );
}

const FOCUSABLE = 'a[href], button:not(:disabled), input:not(:disabled), select, textarea, [tabindex="0"]';

/**
 * What makes a dialog element modal for as long as it is there: what is in it may take the focus, Tab stays within,
 * and the focus goes back to where it was.
 * @param onClose it was closed by the browser: by Escape
 */
export function useModal(onClose: (dialog: HTMLDialogElement) => void) {
  const ref = useRef<HTMLDialogElement>(null);
  // Before the effects of its fields, which take the focus.
  useLayoutEffect(() => {
    const dialog = ref.current;
    const before = document.activeElement;
    dialog?.showModal();
    return () => {
      dialog?.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return {
    ref,
    onClose: () => {
      if (ref.current?.isConnected === true && !ref.current.open) onClose(ref.current);
    },
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key === 'Tab' && ref.current) keepWithin(ref.current, event);
    },
  };
}

function keepWithin(dialog: HTMLDialogElement, event: KeyboardEvent): void {
  const all = [...dialog.querySelectorAll<HTMLElement>(FOCUSABLE)];
  const [end, other] = event.shiftKey ? [all.at(0), all.at(-1)] : [all.at(-1), all.at(0)];
  if (document.activeElement !== end) return;
  event.preventDefault();
  other?.focus();
}
