import { customerOffer, type CustomerOffer } from '../../db/read-models/customer-offer.ts';
import type { ApiDeps } from '../deps.ts';
import { HttpProblem } from '../http-errors.ts';
import { findLink, openLink } from './links.ts';
import { askPage, statePage } from './pages.ts';
import { stateOf } from './states.ts';

/**
 * The page for a problem: details that can be mended are asked for again beside the quote, what a link has come
 * to is told with the quote it was for, anything else in a few words.
 */
export async function pageOfProblem(
  deps: ApiDeps,
  token: string,
  problem: HttpProblem,
  body: unknown,
): Promise<string> {
  try {
    if (problem.status === 422) {
      const link = await openLink(deps, token);
      return askPage(deps.company, token, await customerOffer(deps.knex, link.linkId), { problem, body });
    }
    const offer = problem.code.startsWith('link-') ? await offerOf(deps, token) : null;
    return statePage(deps.company, token, stateOf(problem, offer), offer);
  } catch {
    // The link has been closed meanwhile, by this very try perhaps, or the database has gone.
    return statePage(deps.company, token, stateOf(problem, null), null);
  }
}

async function offerOf(deps: ApiDeps, token: string): Promise<CustomerOffer | null> {
  const link = await findLink(deps.knex, token).catch((error: unknown) => {
    if (error instanceof HttpProblem) return null;
    throw error;
  });
  return link && customerOffer(deps.knex, link.linkId);
}

/** What went wrong outside of the page's own rules, without the words that are for programs. */
export function wordsForCustomers({ status, code, options }: HttpProblem): HttpProblem {
  if (status === 404) {
    return new HttpProblem(
      404,
      code,
      'There is no such page',
      'Open the link in our email once more, the whole of it.',
    );
  }
  if (status < 500) {
    return new HttpProblem(
      status,
      code,
      'Your answer did not arrive whole',
      'Nothing was recorded. Open the link again and write a shorter text.',
    );
  }
  return new HttpProblem(
    status,
    code,
    'This page does not work right now',
    'The fault is ours. Open the link again in a few minutes: if you have answered, it shows whether your answer has arrived.',
    { retryAfterSeconds: options.retryAfterSeconds ?? 60 },
  );
}
