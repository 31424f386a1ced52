import type { Faker } from '@faker-js/faker';

const ACCENTED_FIRST: Readonly<Record<'Female' | 'Male', readonly string[]>> = {
  Female: ['Renée', 'Zoë', 'María José', 'Chloé', 'Siân', 'Małgorzata', 'Anaïs', 'Noémie', 'Thảo', 'Itzíar'],
  Male: ['José', 'André', 'Søren', 'Jesús', 'Łukasz', 'François', 'Björn', 'Raúl', 'Đức', 'Seán'],
};
const ACCENTED_LAST: readonly string[] = [
  ...['Núñez', 'Muñoz', 'García Márquez', 'Peña', 'Łukaszewski', 'Müller', 'Ångström', 'Nguyễn', 'Çelik'],
  ...['Björk', 'Brontë', 'Sørensen', 'Ibáñez', 'Dvořák', 'Straße'],
];
const APOSTROPHE_LAST: readonly string[] = [
  "O'Brien",
  "O'Neill",
  "D'Angelo",
  "N'Diaye",
  "O'Sullivan",
  'O’Shea',
];

/**
 * A name for a person. Four in five are faker's, the rest have what real customer files have and simple code
 * stumbles over: accents, apostrophes, hyphens, two given names.
 */
export function personName(faker: Faker, gender: 'Female' | 'Male'): string {
  const first = faker.person.firstName(gender === 'Female' ? 'female' : 'male');
  const last = faker.person.lastName();
  const kind = faker.number.int({ min: 1, max: 20 });
  if (kind === 1) return `${faker.helpers.arrayElement(ACCENTED_FIRST[gender])} ${last}`;
  if (kind === 2) {
    return `${faker.helpers.arrayElement(ACCENTED_FIRST[gender])} ${faker.helpers.arrayElement(ACCENTED_LAST)}`;
  }
  if (kind === 3) return `${first} ${faker.helpers.arrayElement(APOSTROPHE_LAST)}`;
  if (kind === 4) return `${first} ${last}-${faker.person.lastName()}`;
  return `${first} ${last}`;
}

/** The name as the left part of an email address: ASCII letters, dots between the words. */
export function mailboxName(fullName: string): string {
  return fullName
    .normalize('NFKD')
    .replaceAll(/['’\p{M}]/gu, '')
    .replaceAll('ß', 'ss')
    .replaceAll(/[øØ]/g, 'o')
    .replaceAll(/[łŁ]/g, 'l')
    .replaceAll(/[đĐ]/g, 'd')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '.')
    .replaceAll(/^\.+|\.+$/g, '');
}
