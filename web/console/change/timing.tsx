import { useEffect, useRef, useState } from 'preact/hooks';
import { zoneForPeople } from '../../../domain/zone-for-people.ts';
import type { Activation, PlanChange } from '../api/types.ts';
import { useMessage } from '../api/use-message.ts';
import { Button } from '../components/button.tsx';
import { OneOf } from '../components/choices.tsx';
import { TextField } from '../components/field.tsx';
import { clockText, dateText, localDate } from '../components/format.ts';
import { Card } from '../components/screen.tsx';
import { MessageError } from './message-error.tsx';

type When = Activation['when'];
const DAYS_AHEAD = 400;
/** Arrow keys walk over choices and dates are typed digit by digit: the last one counts. */
const SETTLES_AFTER_MS = 350;

/** `quoted`: the figures are those of the choice; `quoting`: they will be in a moment; `choosing`: they are not. */
export type TimingStage = 'quoted' | 'quoting' | 'choosing';

/** A choice of the agent; the date is kept while another one is looked at. */
interface Picked {
  readonly when: When;
  readonly date: string;
}

/**
 * When the plan starts: three choices, in the customer's own time zone. Another choice is another quote. The last
 * one counts: one that is made while a quote is on its way is quoted after it.
 */
export function Timing(props: {
  readonly change: PlanChange;
  readonly take: (change: PlanChange) => void;
  readonly onStage: (stage: TimingStage) => void;
  /** Of a change that was agreed to: nothing is quoted until it is asked for, and all may stay as it is. */
  readonly keep?: { readonly label: string; readonly onKeep: () => void };
}) {
  const { change, take, onStage, keep } = props;
  const { activation } = change;
  const { timeZone } = activation;
  const [first, last] = [localDate(timeZone, 1), localDate(timeZone, DAYS_AHEAD)];
  // Undefined: what is quoted, by whomever.
  const [picked, setPicked] = useState<Picked>();
  const { when, date }: Picked = picked ?? { when: activation.when, date: quotedDate(activation) };
  const reschedule = useMessage<{ readonly activation: Activation }>(change, 'reschedule', take);
  const { error, busy, clear } = reschedule;

  const isDate = date >= first && date <= last;
  const wanted: Activation | undefined = when !== 'on_date' ? { when } : isDate ? { when, date } : undefined;
  const isQuoted =
    picked === undefined ||
    (wanted?.when === activation.when && (when !== 'on_date' || date === quotedDate(activation)));
  const canQuote = !isQuoted && wanted !== undefined && !busy;
  const isToQuote = canQuote && keep === undefined && error === undefined;

  const quote = (): void => {
    if (wanted !== undefined) reschedule.run({ activation: wanted });
  };
  const latestQuote = useRef(quote);
  latestQuote.current = quote;
  useEffect(() => {
    if (!isToQuote) return;
    const timer = window.setTimeout(() => latestQuote.current(), SETTLES_AFTER_MS);
    return () => window.clearTimeout(timer);
  }, [isToQuote, when, date]);
  useEffect(() => {
    if (picked === undefined || !isQuoted || busy) return;
    setPicked(undefined);
    clear();
  }, [picked, isQuoted, busy, clear]);

  const pick = (choice: Partial<Picked>): void => {
    clear();
    setPicked({ when, date, ...choice });
  };
  const stage = busy || isToQuote ? 'quoting' : isQuoted ? 'quoted' : 'choosing';
  useEffect(() => onStage(stage), [stage, onStage]);

  return (
    <Card title="When does it start?">
      <OneOf
        look="cards"
        legend={`Dates are by the customer’s clock, ${zoneForPeople(timeZone)}: it is ${clockText(timeZone)} on ${dateText(localDate(timeZone))} there`}
        value={when}
        onValue={(value) => pick({ when: value })}
        choices={[
          { value: 'immediately', label: 'Today', detail: 'The rest of the cycle is worked out by the day' },
          {
            value: 'end_of_cycle',
            label: 'With the next cycle',
            detail: 'Nothing is charged or credited for part of a cycle',
          },
          { value: 'on_date', label: 'On a date', detail: `From ${dateText(first)}` },
        ]}
      />
      {when === 'on_date' && (
        <div class="timing-date">
          <TextField
            label="Date"
            name="date"
            type="date"
            min={first}
            max={last}
            value={date}
            onValue={(value) => pick({ date: value })}
            error={
              date !== '' && !isDate
                ? `Choose a date from ${dateText(first)} to ${dateText(last)}.`
                : undefined
            }
          />
        </div>
      )}
      <MessageError message={reschedule} again={quote} />
      {keep && (
        <div class="actions">
          <Button busy={busy} disabled={!canQuote && !busy} onClick={quote}>
            Quote the new date
          </Button>
          <Button look="secondary" disabled={busy} onClick={keep.onKeep}>
            {keep.label}
          </Button>
        </div>
      )}
    </Card>
  );
}

function quotedDate({ when, date }: PlanChange['activation']): string {
  return when === 'on_date' ? (date ?? '') : '';
}
