import { useEffect, useRef, useState } from 'preact/hooks';
import { zoneForPeople } from '../../../domain/zone-for-people.ts';
import { post } from '../api/request.ts';
import type { Activation, PlanChange } from '../api/types.ts';
import { useAction } from '../api/use-action.ts';
import { OneOf } from '../components/choices.tsx';
import { TextField } from '../components/field.tsx';
import { clockText, dateText, localDate } from '../components/format.ts';
import { ErrorNotice } from '../components/notice.tsx';
import { Card } from '../components/screen.tsx';

type When = Activation['when'];
const DAYS_AHEAD = 400;
/** Arrow keys walk over choices and dates are typed digit by digit: the last one counts. */
const SETTLES_AFTER_MS = 350;

/** When the plan starts: three choices, in the customer's own time zone. Another choice is another quote. */
export function Timing(props: {
  readonly change: PlanChange;
  readonly take: (change: PlanChange) => void;
  readonly onBusy: (busy: boolean) => void;
}) {
  const { change, take, onBusy } = props;
  const { planChangeId, activation } = change;
  const { timeZone } = activation;
  const [first, last] = [localDate(timeZone, 1), localDate(timeZone, DAYS_AHEAD)];
  const [when, setWhen] = useState<When>(activation.when);
  const [date, setDate] = useState(activation.when === 'on_date' ? (activation.date ?? '') : '');
  const reschedule = useAction(
    (wanted: Activation, key) =>
      post<PlanChange>(`/v1/plan-changes/${planChangeId}/reschedule`, { activation: wanted }, key),
    take,
  );

  const isDate = date >= first && date <= last;
  const wanted: Activation | undefined = when !== 'on_date' ? { when } : isDate ? { when, date } : undefined;
  const isQuoted =
    wanted !== undefined &&
    wanted.when === activation.when &&
    (wanted.when !== 'on_date' || wanted.date === activation.date);

  const timer = useRef<number | undefined>(undefined);
  const choose = (next: Activation | undefined): void => {
    window.clearTimeout(timer.current);
    reschedule.clear();
    if (next === undefined) return;
    timer.current = window.setTimeout(() => reschedule.run(next), SETTLES_AFTER_MS);
  };
  useEffect(() => () => window.clearTimeout(timer.current), []);

  // What another request, or another agent, has quoted meanwhile is what counts.
  useEffect(() => {
    setWhen(activation.when);
    if (activation.when === 'on_date') setDate(activation.date ?? '');
  }, [activation.when, activation.date]);

  const isBusy = reschedule.busy || (!isQuoted && reschedule.error === undefined);
  useEffect(() => onBusy(isBusy), [isBusy, onBusy]);

  return (
    <Card title="When does it start?">
      <OneOf
        look="cards"
        legend={`Dates are by the customer’s clock, ${zoneForPeople(timeZone)}: it is ${clockText(timeZone)} on ${dateText(localDate(timeZone))} there`}
        value={when}
        onValue={(value) => {
          setWhen(value);
          choose(value !== 'on_date' ? { when: value } : isDate ? { when: value, date } : undefined);
        }}
        choices={[
          { value: 'immediately', label: 'Today', detail: 'The rest of the cycle is prorated' },
          { value: 'end_of_cycle', label: 'With the next cycle', detail: 'Nothing is prorated' },
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
            onValue={(value) => {
              setDate(value);
              choose(value >= first && value <= last ? { when: 'on_date', date: value } : undefined);
            }}
            error={
              date !== '' && !isDate
                ? `Choose a date from ${dateText(first)} to ${dateText(last)}.`
                : undefined
            }
          />
        </div>
      )}
      <ErrorNotice error={reschedule.error} retry={reschedule.retry} />
    </Card>
  );
}
