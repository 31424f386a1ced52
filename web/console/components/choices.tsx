import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

export interface Choice<T extends string> {
  readonly value: T;
  readonly label: ComponentChildren;
  readonly detail?: ComponentChildren;
}

interface ChoicesProps<T extends string> {
  readonly legend: string;
  readonly hideLegend?: boolean;
  /** Small ones stand in a row; cards say more about each. */
  readonly look?: 'chips' | 'cards';
  readonly choices: readonly Choice<T>[];
}

/** One of several: radio buttons, walked through with the arrow keys. */
export function OneOf<T extends string>(
  props: ChoicesProps<T> & { readonly value: T | undefined; readonly onValue: (value: T) => void },
) {
  return (
    <Group {...props} type="radio" isChosen={(value) => value === props.value} onToggle={props.onValue} />
  );
}

/** Any of several: checkboxes. */
export function AnyOf<T extends string>(
  props: ChoicesProps<T> & { readonly value: readonly T[]; readonly onValue: (value: readonly T[]) => void },
) {
  const toggle = (value: T): void =>
    props.onValue(
      props.value.includes(value) ? props.value.filter((one) => one !== value) : [...props.value, value],
    );
  return (
    <Group {...props} type="checkbox" isChosen={(value) => props.value.includes(value)} onToggle={toggle} />
  );
}

function Group<T extends string>(
  props: ChoicesProps<T> & {
    readonly type: 'radio' | 'checkbox';
    readonly isChosen: (value: T) => boolean;
    readonly onToggle: (value: T) => void;
  },
) {
  const name = useId();
  const { look = 'chips' } = props;
  return (
    <fieldset class={`choices ${look}`}>
      <legend class={props.hideLegend === true ? 'visually-hidden' : undefined}>{props.legend}</legend>
      <div class="choices-row">
        {props.choices.map(({ value, label, detail }) => (
          <label key={value} class="choice">
            <input
              type={props.type}
              name={name}
              value={value}
              checked={props.isChosen(value)}
              onChange={() => props.onToggle(value)}
            />
            <span class="choice-text">
              <span class="choice-label">{label}</span>
              {detail !== undefined && <span class="choice-detail">{detail}</span>}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
