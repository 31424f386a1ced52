export interface Terms {
  readonly version: string;
  readonly publishedOn: string;
  readonly body: string;
}

/** What the customer agrees to. The newest one counts for new quotes; an earlier one is never edited. */
export const TERMS: readonly Terms[] = [
  {
    version: '2023-03',
    publishedOn: '2023-03-01',
    body: `QuickConnect: terms for a change of your service plan (version 2023-03)

1. The change. Your present plan ends and the plan you choose begins on the date we tell you.
2. The price. You pay the price of the new plan from that date. Part months are charged by the day.
3. No fee. Changing your plan costs nothing.
4. Tax. Prices are before tax.
5. Calling it off. You may call the change off until the new plan begins.
6. Reaching us. Call +1 800 555 0100 or write to service@company.example.
`,
  },
  {
    version: '2025-02',
    publishedOn: '2025-02-01',
    body: `QuickConnect: terms for a change of your service plan (version 2025-02)

1. What changes. Your present plan ends and the plan named in the quote begins on the effective date in the
   quote. That day belongs to the new plan. The day begins and ends by the clock at your service address. Your
   bill day stays the same.

2. What you pay. You pay the price in the quote for each billing period from the effective date on. If a
   promotion is named in the quote, its price counts. We never charge a figure you have not agreed to: if the
   price, the promotion or anything else in the quote has changed by the effective date, the change is held and
   we ask you again.

3. Part of a period. Plans are billed in advance. For the days from the effective date to the end of the
   running billing period we credit your present plan and charge the new one, each in proportion to its days.
   The quote shows both lines and what they come to. Amounts are rounded once for each line, to the nearest
   cent.

4. What is due now and what stays on your account. If the charge is more than the credit, the difference is
   due on the effective date. If the credit is more than the charge, the difference goes to your account
   balance and is used for your next bills. It is not paid out.

5. No fee. Changing your plan costs nothing. You may change as often as you like; each change is prorated and
   each time we tell you what it does to your bill.

6. Tax. All amounts are before tax. Taxes and government charges are added on the bill.

7. Your consent. The change is made only after you have agreed to this quote, in a recorded call or in
   writing. The quote says until when you can agree. Without your agreement nothing changes and nothing is
   charged.

8. Calling it off. Until the new plan begins you may call the change off, for any reason and at no cost. Once
   the new plan has begun you may change back: your earlier plan must still be on sale, and the price and the
   promotions of that day count.

9. Interruptions. Another kind of line may need a visit by a technician and may interrupt the service for a
   short time. We tell you before you agree.

10. Reaching us. Call +1 800 555 0100 or write to service@company.example. Have your account number ready. We
    keep a note of the change and of your consent on your account, and we send you a summary by email.
`,
  },
];
