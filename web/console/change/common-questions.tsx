import { Card } from '../components/screen.tsx';

/** The questions that customers ask, with the answers of the procedure. */
const QUESTIONS: readonly { readonly question: string; readonly answer: string }[] = [
  {
    question: 'Is there a fee for changing?',
    answer:
      'No. There is no fee for a plan change. Prorated charges may apply: they are in this quote, and are confirmed with you before anything is changed.',
  },
  {
    question: 'Can I change more than once in a billing cycle?',
    answer:
      'Yes, as often as you need. Each time you are told the prorated charges and what they do to your bill.',
  },
  {
    question: 'Can I go back to my old plan?',
    answer:
      'Yes, if it is still available, and at the promotions and prices of that day. You see the difference before you agree.',
  },
];

export function CommonQuestions() {
  return (
    <Card title="When customers ask" class="questions">
      <dl>
        {QUESTIONS.map(({ question, answer }) => (
          <div key={question}>
            <dt>{question}</dt>
            <dd>{answer}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}
