import type { ApiDocument } from '../documented-answers.ts';
import type { CampaignRecord } from '../record.ts';
import type { System } from '../system.ts';
import type { Coverage } from './coverage.ts';
import type { FuzzRequest } from './make-request.ts';
import { keepAnswer, learn, type World } from './world.ts';

const ANSWER_WITHIN_MS = 20_000;
const STREAM = 'text/event-stream';
const FIRST_EVENT =
  /^(id: \d+\nevent: status\ndata: \{"planChangeId":"[0-9a-f-]{36}","status":"[a-z_]+","at":"[^"]+"\}|event: changed\ndata: \{"planChangeId":"[0-9a-f-]{36}"\})\n\n/;
/** Runs in a browser as it stands. The hostile texts of the fuzz are what it looks for. */
export const INJECTED = /<script>alert|<img src=x onerror/i;

export interface Sending {
  readonly system: System;
  readonly record: CampaignRecord;
  readonly document: ApiDocument;
  readonly world: World;
  readonly coverage: Coverage;
}

/** Sends one request, judges the answer by the document and by I17, and learns from it. */
export async function sendRequest(sending: Sending, request: FuzzRequest): Promise<void> {
  const { system, record, document, coverage } = sending;
  const { operation, path, headers, body } = request;
  const where = `${operation.method} ${operation.path}`;
  const started = performance.now();
  record.requests += 1;
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), ANSWER_WITHIN_MS);
  try {
    const answer = await fetch(`${system.api}${path}`, {
      method: operation.method,
      redirect: 'manual',
      headers,
      ...(body !== undefined && { body }),
      signal: stop.signal,
    });
    const contentType = answer.headers.get('content-type') ?? '';
    const { status } = answer;
    const isStream = contentType.startsWith(STREAM);
    const text = isStream ? '' : await answer.text();
    if (isStream && headers['last-event-id'] === undefined) await readFirstEvent(answer, record);
    if (isOfAnotherRoute(path, status)) return;
    coverage.count(operation, status);
    if (status >= 500 && (status !== 503 || !answer.headers.has('retry-after')))
      record.violate('I17', `${where} answered ${status}: ${text.slice(0, 200)}`);
    const deviation = document.deviation(operation, status, contentType, text);
    if (deviation !== undefined)
      record.violate('document', `${where} (${request.aim}): ${deviation}: ${text.slice(0, 120)}`);
    if (status >= 400 && !/^application\/problem\+json|^text\/html/.test(contentType))
      record.violate('I17', `${where} answered ${status} as ${contentType}`);
    if (contentType.startsWith('text/html') && INJECTED.test(text))
      record.violate('script', `${where} answered a page with a script of the caller's`);
    judgeRepeat(record, request, { status, text });
    if (status >= 400 && contentType.startsWith('application/problem+json'))
      coverage.countCode((JSON.parse(text) as { code: string }).code);
    // What was said once may be old by now.
    if (status < 300 && !request.repeats) takeIn(sending, request, answer, text);
  } catch (error) {
    if (stop.signal.aborted)
      record.violate('hang', `${where} is not answered after ${ANSWER_WITHIN_MS / 1_000} s`);
    // What fetch itself refuses to send never left.
    else if (error instanceof TypeError && error.cause === undefined) record.requests -= 1;
    else record.violate('I17', `${where} was not answered: ${reasonOf(error)}`);
  } finally {
    clearTimeout(timer);
    stop.abort();
    record.slowestMs = Math.max(record.slowestMs, performance.now() - started);
  }
}

/** I11, but for a limit that is reached meanwhile. */
function judgeRepeat(
  record: CampaignRecord,
  { operation, repeats }: FuzzRequest,
  { status, text }: { status: number; text: string },
): void {
  if (repeats === undefined || status === 429) return;
  if (status !== repeats.status || text !== (repeats.text ?? text))
    record.violate(
      'I11',
      `${operation.operationId} answered ${repeats.status}, and its repeat ${status} or else`,
    );
}

/** A stream begins with what was; it is then left, as a page that is closed does. */
async function readFirstEvent(answer: Response, record: CampaignRecord): Promise<void> {
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  let read = '';
  while (reader && !read.includes('\n\n')) {
    const { done, value } = await reader.read();
    if (done) break;
    read += value;
  }
  if (!FIRST_EVENT.test(read)) record.violate('document', `a stream begins with ${read.slice(0, 200)}`);
}

function takeIn({ world }: Sending, request: FuzzRequest, answer: Response, text: string): void {
  const { operation, target, body } = request;
  const { operationId } = operation;
  keepAnswer(world, request, answer.status, text);
  const { desk, customer, link } = target;
  if (operationId === 'signIn') desk.cookie = answer.headers.get('set-cookie')?.split(';')[0];
  if (operationId === 'signOut') desk.cookie = undefined;
  if (operationId === 'answerConsentPage' && link) {
    link.isUsed = body?.includes('accept') ?? false;
    link.change.status = 'unclear';
  }
  if ((answer.headers.get('content-type') ?? '').startsWith('application/json'))
    learn(world, desk, { operationId, value: JSON.parse(text) as unknown, customer });
}

/** A parameter of dots makes another path of it, which is answered as that one is. */
function isOfAnotherRoute(path: string, status: number): boolean {
  return status === 404 && /(^|\/)\.{1,2}(\/|$|\?)/.test(path);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  return error.cause instanceof Error ? error.cause.message : error.message;
}
