import type { PlanChange } from '../api/types.ts';
import { dateText, instantText } from '../components/format.ts';
import { Card } from '../components/screen.tsx';
import { MAIL_WORDS } from './mail-words.ts';

interface Item {
  readonly name: string;
  readonly note: string;
  readonly state: 'done' | 'current' | 'open' | 'bad';
}

/** How far the change is, as the server tells it. */
export function Progress(props: { readonly change: PlanChange }) {
  return (
    <Card title="Progress">
      <ol class="progress" aria-live="polite">
        {itemsOf(props.change).map(({ name, note, state }) => (
          <li key={name} class={state}>
            <span class="progress-mark" aria-hidden="true" />
            <span>
              <span class="progress-name">{name}</span>
              <span class="hint block">{note}</span>
            </span>
          </li>
        ))}
      </ol>
    </Card>
  );
}

function itemsOf(change: PlanChange): Item[] {
  const { status, consent, email, activation, confirmedAt } = change;
  const isApplied = status === 'activated' || status === 'completed';
  const mail = email === null ? undefined : MAIL_WORDS[email.status];
  return [
    {
      name: 'Consent recorded',
      note: consent
        ? `${consent.method === 'verbal' ? 'On the call' : 'In writing'}, ${instantText(consent.givenAt)}`
        : 'Being kept as evidence',
      state: consent || isApplied || status === 'scheduled' ? 'done' : 'current',
    },
    {
      name: 'Plan applied and read back',
      note: isApplied
        ? activation.at === null
          ? 'As agreed'
          : `As agreed, ${instantText(activation.at)}`
        : status === 'scheduled' && activation.date !== null
          ? `On ${dateText(activation.date)}`
          : 'Under way',
      state: isApplied ? 'done' : status === 'activating' ? 'current' : 'open',
    },
    {
      name: 'Summary by email',
      note: mail?.text ?? 'After the plan is applied',
      state: mail?.state ?? 'open',
    },
    {
      name: 'Customer told',
      note:
        confirmedAt === null
          ? isApplied
            ? 'Your part, above'
            : 'When the plan is active'
          : instantText(confirmedAt),
      state: confirmedAt === null ? (isApplied ? 'current' : 'open') : 'done',
    },
  ];
}
