import type { ComponentChildren } from 'preact';

/** Submits its form unless it has something else to do. While busy it says so and does nothing. */
export function Button(props: {
  readonly children: ComponentChildren;
  readonly onClick?: () => void;
  readonly look?: 'primary' | 'secondary' | 'quiet' | 'danger';
  readonly busy?: boolean;
  readonly disabled?: boolean;
  /** Looks disabled and keeps the focus; what a press does instead is up to whoever listens. */
  readonly looksDisabled?: boolean;
  readonly wide?: boolean;
  readonly small?: boolean;
  readonly describedBy?: string;
}) {
  const { look = 'primary', busy = false } = props;
  return (
    <button
      type={props.onClick ? 'button' : 'submit'}
      class={[
        'button',
        look,
        props.wide === true && 'wide',
        props.small === true && 'small',
        props.looksDisabled === true && 'blocked',
      ]
        .filter(Boolean)
        .join(' ')}
      onClick={(event) => {
        if (busy) event.preventDefault();
        else props.onClick?.();
      }}
      // A disabled button would drop the focus.
      aria-disabled={busy || props.looksDisabled === true ? true : undefined}
      aria-describedby={props.describedBy}
      disabled={props.disabled === true}
    >
      {busy && <span class="spinner" aria-hidden="true" />}
      {props.children}
      {busy && <span class="visually-hidden"> (working)</span>}
    </button>
  );
}
