import type { Company } from '../../emails/company.ts';

export const COMPANY: Company = {
  name: 'QuickConnect',
  phone: '+1 800 555 0100',
  publicUrl: 'https://quickconnect.example',
  supportEmail: 'service@quickconnect.example',
};

/** What a name may hold at its worst: markup, a header, template code, reading direction, a lone surrogate. */
export const HOSTILE =
  'Bad</title><script>alert(1)</script>"\'&\r\nBcc: everyone@evil.example\u0000\u2028 \u202egnp.exe\u202c' +
  ' <%= it.company.name %> {{name}} زوي \ud83d\udc69\u200d\ud83d\udcbb \ud800';
