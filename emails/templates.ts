import { Eta } from 'eta';
import type { MailTemplates, NoticeKind, RenderedMail } from '../activities/ports.ts';
import type { PendingChange } from '../domain/pending-change.ts';
import type { AppliedChange } from '../domain/read-back.ts';
import type { Company } from './company.ts';
import { NOTICE_HTML } from './notice-html.ts';
import { NOTICE_TEXT } from './notice-text.ts';
import { noticeView, type NoticeView } from './notice-view.ts';
import { spread, wrapLines } from './plain-text.ts';
import { SUMMARY_HTML } from './summary-html.ts';
import { SUMMARY_TEXT } from './summary-text.ts';
import { summaryView, type SummaryView } from './summary-view.ts';

/**
 * The mails of the product as subject, text and HTML, compiled once. The subject is one line whatever the names
 * in it hold. Rendering throws DomainError for an unknown currency, zone or a bad date.
 */
export function createTemplates(company: Company): MailTemplates {
  const renderSummary = compile(SUMMARY_TEXT, SUMMARY_HTML);
  const renderNotice = compile(NOTICE_TEXT, NOTICE_HTML);
  return {
    summary: (applied: AppliedChange) => renderSummary(summaryView(applied, company)),
    notice: (kind: NoticeKind, pending: PendingChange) => renderNotice(noticeView(kind, pending, company)),
  };
}

function compile(
  textTemplate: string,
  htmlTemplate: string,
): (view: SummaryView | NoticeView) => RenderedMail {
  const text = new Eta({ autoEscape: false, autoTrim: false });
  const html = new Eta({ autoEscape: true, autoTrim: false });
  const [textFunction, htmlFunction] = [text.compile(textTemplate), html.compile(htmlTemplate)];
  return (view) => ({
    subject: view.subject,
    text: wrapLines(text.render(textFunction, { ...view, spread })),
    html: html.render(htmlFunction, view),
  });
}
