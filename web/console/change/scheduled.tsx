import { useState } from 'preact/hooks';
import type { PlanChange } from '../api/types.ts';
import { Button } from '../components/button.tsx';
import { Notice } from '../components/notice.tsx';
import { mayServe } from '../session/rights.ts';
import { Timing } from './timing.tsx';

/** Waits for its date; moving it is a new quote, and needs consent again. */
export function Scheduled(props: {
  readonly change: PlanChange;
  readonly take: (change: PlanChange) => void;
}) {
  const [isMoving, setMoving] = useState(false);
  if (!mayServe()) return null;
  if (!isMoving) {
    return (
      <div class="actions">
        <Button look="secondary" onClick={() => setMoving(true)}>
          Move to another date
        </Button>
      </div>
    );
  }
  return (
    <>
      <Notice tone="warning" title="Another date needs consent again">
        <p>
          Nothing happens to the date agreed on until you ask for the new quote. With it the earlier consent
          and date are void: read the new words to the customer.
        </p>
      </Notice>
      <Timing
        {...props}
        onStage={() => undefined}
        keep={{ label: 'Keep the date', onKeep: () => setMoving(false) }}
      />
    </>
  );
}
