import assert from 'node:assert/strict';
import { maskContactData } from '../../domain/contact-data.ts';

const KNOWN = [
  "Zoë O'Brien (née +)",
  'zoe.obrien@example.com',
  '12 North Main St',
  '12 North Main St, Apt 4',
  '7590-VHVEG',
];

describe('maskContactData', () => {
  const table: [string, string][] = [
    ["ZOË O'BRIEN (NÉE +) called", '*** called'],
    ['Moves from 12 north main st, apt 4.', 'Moves from ***.'],
    ['Account 7590-vhveg, mail Zoe.Obrien@example.com', 'Account ***, mail ***'],
    ['Write to someone+else@mail.example.org, please', 'Write to ***, please'],
    ['Call +49 30 901820-0 or (217) 555-0142 ext 9', 'Call *** or *** ext 9'],
    ['Ring 2175550142.', 'Ring ***.'],
  ];
  for (const [text, masked] of table) {
    it(`${text} → ${masked}`, () => {
      assert.equal(maskContactData(text, KNOWN), masked);
    });
  }

  for (const text of [
    'Accepted 2026-11-24T08:37:19.123456Z, evidence 019b1f6e-7c1a-7b5e-9a53-2f5f4f1d8c11.',
    `The customer agreed (verbal) to quote ${'0123456789'.repeat(6)}abcd under terms 2025-02.`,
    'Posted: Credit Fiber Plus -$1,234.56; active from 2026-12-01.',
    'Recording rec-2026-11-24-000123, 240 s, script 2026-11',
    'From 2026-11-24 08:37 to 2026-11-25 09:00',
  ]) {
    it(`leaves ${text.slice(0, 40)}…`, () => {
      assert.equal(maskContactData(text, KNOWN), text);
    });
  }

  it('takes what is not known for what it is', () => {
    assert.equal(maskContactData('Nobody wrote to a@b.example', []), 'Nobody wrote to ***');
  });

  it('masks the whole of what holds a shorter one, in any order', () => {
    for (const known of [
      ['Zoë Brien', 'Zoë Brien-Smith'],
      ['Zoë Brien-Smith', 'Zoë Brien'],
    ])
      assert.equal(maskContactData('zoë brien-smith, then Zoë Brien', known), '***, then ***');
  });

  const short: [known: string, text: string, masked: string][] = [
    ['Al', 'Al said he is also all right, al dente; Al’s', '*** said he is also all right, al dente; ***’s'],
    ['Ada', 'ADA said: Canada, record 0ada4f and 7ada', '*** said: Canada, record 0ada4f and 7ada'],
    ['I', 'I said it', 'I said it'],
    ['-', 'a-b 019b1f6e-7c1a', 'a-b 019b1f6e-7c1a'],
    [' ', 'a b', 'a b'],
    ['', 'a b', 'a b'],
    ['Meier', 'Meiers, Frau Meier', '***s, Frau ***'],
  ];
  for (const [known, text, masked] of short) {
    it(`of "${known}": ${text} → ${masked}`, () => {
      assert.equal(maskContactData(text, [known]), masked);
    });
  }
});
