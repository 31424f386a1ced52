import type { Check, Finding } from '../check.ts';
import { finding } from '../check.ts';
import { planChangeIdOf } from '../history-digest.ts';
import { isOpen, type Histories } from '../histories.ts';
import { personalDataFinder, textsOf } from '../personal-data.ts';

/** A finding says what kind of text stands where and whose it is, never the text. */
export const noPersonalData: Check = {
  id: 'I15',
  title: 'no personal data in histories, search attributes, memos, failures and summaries',
  async run(context) {
    const { histories } = context;
    if (!histories) return [];
    const finder = await personalDataFinder(context.query);
    context.counted('personal texts looked for', finder.size);
    context.unchecked('personal texts too short to be told from ordinary words', finder.tooShort);

    const findings: Finding[] = [];
    for await (const { workflowId, place, content } of placesOf(histories)) {
      context.looked(1);
      for (const personal of finder.find(textsOf(content))) {
        const about = { plan_change_id: planChangeIdOf(workflowId), customer_id: personal.customer_id };
        findings.push(finding('I15', `${personal.kind} in ${place} of ${workflowId}`, about));
      }
    }
    return findings;
  },
};

interface Place {
  readonly workflowId: string;
  readonly place: string;
  readonly content: unknown;
}

async function* placesOf(histories: Histories): AsyncGenerator<Place> {
  for (const { workflowId, history } of histories.all()) {
    for (const event of history.events ?? []) {
      yield { workflowId, place: `event ${Number(event.eventId)}`, content: event };
    }
  }
  for (const [workflowId, execution] of histories.executions) {
    yield { workflowId, place: 'memo or search attributes', content: execution.raw };
    if (isOpen(execution)) {
      yield {
        workflowId,
        place: 'the description',
        content: await histories.details(workflowId),
      };
    }
  }
}
