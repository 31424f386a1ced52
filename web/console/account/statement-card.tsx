import type { Statement } from '../api/types.ts';
import { blockingError, type Polled } from '../api/use-poll.ts';
import { Link } from '../app/link.tsx';
import { Amount } from '../components/amount.tsx';
import { isNegative, isZero, shortDateText } from '../components/format.ts';
import { ErrorNotice } from '../components/notice.tsx';
import { Card, Loading } from '../components/screen.tsx';

/** What changes of plan posted, oldest first, and the balance after each line. */
export function StatementCard({ statement }: { readonly statement: Polled<Statement> }) {
  const { data, error, reload } = statement;
  return (
    <Card title="Statement" class="statement">
      {data === undefined && error === undefined && <Loading what="Reading the statement" />}
      <ErrorNotice error={blockingError(statement)} retry={reload} />
      {data?.lines.length === 0 && (
        <p class="empty">
          Nothing was posted yet. The balance is <Amount money={data.balance} />.
        </p>
      )}
      {data !== undefined && data.lines.length > 0 && (
        <div class="table-scroll" tabIndex={0} role="region" aria-label="Lines of the statement">
          <table>
            <thead>
              <tr>
                <th scope="col" class="statement-date">
                  Date
                </th>
                <th scope="col">What</th>
                <th scope="col" class="number">
                  Amount
                </th>
                <th scope="col" class="number">
                  Balance
                </th>
              </tr>
            </thead>
            <tbody>
              {data.lines.map((line, index) => (
                <tr key={index}>
                  <td class="statement-date">{shortDateText(line.date)}</td>
                  <th scope="row">
                    <span class="statement-when">{shortDateText(line.date)}</span>
                    {line.planChangeId === null ? (
                      line.description
                    ) : (
                      <Link to={`/changes/${line.planChangeId}`} class="statement-link">
                        {line.description}
                      </Link>
                    )}
                  </th>
                  <td class="number">
                    <Amount money={line.amount} sign="always" />
                  </td>
                  <td class="number">
                    <Amount money={line.balanceAfter} />
                  </td>
                </tr>
              ))}
            </tbody>
            <tfoot>
              <tr>
                <td class="statement-date" />
                <th scope="row" colSpan={2}>
                  {balanceText(data)}
                </th>
                <td class="number">
                  <Amount money={data.balance} />
                </td>
              </tr>
            </tfoot>
          </table>
        </div>
      )}
    </Card>
  );
}

function balanceText({ balance }: Statement): string {
  if (isZero(balance) || isNegative(balance)) return 'Account balance';
  return 'Account balance, used on the next bill';
}
