import { useEffect } from 'preact/hooks';
import { Button } from '../components/button.tsx';
import { Notice } from '../components/notice.tsx';
import { Screen } from '../components/screen.tsx';
import { customer, identifyFirst, isIdentificationOver, readCustomer } from './customer.ts';

/** Instead of what only those see who have identified its customer: how to, and back to it. */
export function IdentifyFirst(props: {
  /** `change` or `account`. */
  readonly what: string;
  readonly customerId: string | undefined;
}) {
  const { what, customerId } = props;
  // A refusal may be the first to tell.
  useEffect(() => {
    void readCustomer();
  }, []);
  const isOver = isIdentificationOver(customerId);
  const known = customer.value;
  return (
    <Screen title={isOver ? 'The identification has ended' : 'Identify the customer first'}>
      <Notice
        tone="warning"
        actions={
          <Button onClick={() => identifyFirst()}>
            {isOver ? 'Identify the customer again' : 'Identify the customer'}
          </Button>
        }
      >
        <p>
          {isOver
            ? 'An identification holds for an hour. '
            : `The ${what} is shown to those who have identified its customer within the last hour. `}
          Ask for account number, name and address; you come back here then.
        </p>
        {!isOver && known !== null && (
          <p>
            You have identified {known.customer.fullName}, who is another customer, or the address of this
            page is mistyped.
          </p>
        )}
      </Notice>
    </Screen>
  );
}
