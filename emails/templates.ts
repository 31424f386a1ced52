import { Eta } from 'eta';
import type { MailTemplates, RenderedMail } from '../activities/ports.ts';
import type { AppliedChange } from '../domain/read-back.ts';
import { spread, wrapLines } from './plain-text.ts';
import { SUMMARY_HTML } from './summary-html.ts';
import { SUMMARY_TEXT } from './summary-text.ts';
import { summaryView, type Company } from './summary-view.ts';

/**
 * The mails of the product as subject, text and HTML, compiled once. The subject is one line whatever the names
 * in it hold. Rendering throws DomainError for an unknown currency or a bad date.
 */
export function createTemplates(company: Company): MailTemplates {
  const html = new Eta({ autoEscape: true, autoTrim: false });
  const text = new Eta({ autoEscape: false, autoTrim: false });
  const summaryHtml = html.compile(SUMMARY_HTML);
  const summaryText = text.compile(SUMMARY_TEXT);
  return {
    summary(applied: AppliedChange): RenderedMail {
      const view = summaryView(applied, company);
      return {
        subject: view.subject,
        text: wrapLines(text.render(summaryText, { ...view, spread })),
        html: html.render(summaryHtml, view),
      };
    },
  };
}
