/** A place an account can be at: `zip` is the first three digits of its ZIP codes, `zone` its IANA time zone. */
export interface Locality {
  readonly city: string;
  readonly state: string;
  readonly zip: string;
  readonly zone: string;
}

const TABLE = `
  New York        NY 100 America/New_York
  Brooklyn        NY 112 America/New_York
  Boston          MA 021 America/New_York
  Philadelphia    PA 191 America/New_York
  Atlanta         GA 303 America/New_York
  Miami           FL 331 America/New_York
  St. Augustine   FL 320 America/New_York
  Columbus        OH 432 America/New_York
  Winston-Salem   NC 271 America/New_York
  Detroit         MI 482 America/Detroit
  Louisville      KY 402 America/Kentucky/Louisville
  Indianapolis    IN 462 America/Indiana/Indianapolis
  Chicago         IL 606 America/Chicago
  O'Fallon        IL 622 America/Chicago
  Springfield     IL 627 America/Chicago
  Saint Paul      MN 551 America/Chicago
  St. Louis       MO 631 America/Chicago
  New Orleans     LA 701 America/Chicago
  Houston         TX 770 America/Chicago
  San Antonio     TX 782 America/Chicago
  Omaha           NE 681 America/Chicago
  Nashville       TN 372 America/Chicago
  Denver          CO 802 America/Denver
  Cañon City      CO 812 America/Denver
  El Paso         TX 799 America/Denver
  Española        NM 875 America/Denver
  Salt Lake City  UT 841 America/Denver
  Boise           ID 837 America/Boise
  Phoenix         AZ 850 America/Phoenix
  Tucson          AZ 857 America/Phoenix
  Los Angeles     CA 900 America/Los_Angeles
  San José        CA 951 America/Los_Angeles
  Coeur d'Alene   ID 838 America/Los_Angeles
  Las Vegas       NV 891 America/Los_Angeles
  Portland        OR 972 America/Los_Angeles
  Seattle         WA 981 America/Los_Angeles
  Anchorage       AK 995 America/Anchorage
  Juneau          AK 998 America/Juneau
  Honolulu        HI 968 Pacific/Honolulu
  Hilo            HI 967 Pacific/Honolulu
  San Juan        PR 009 America/Puerto_Rico
  Mayagüez        PR 006 America/Puerto_Rico
`;

/** Real places, chosen so that every kind of zone occurs: with and without daylight saving, and far west. */
export const LOCALITIES: readonly Locality[] = TABLE.trim()
  .split('\n')
  .map((line) => {
    const match = /^\s*(.+?)\s+([A-Z]{2}) (\d{3}) (\S+)$/.exec(line);
    if (!match) throw new Error(`Not a locality: ${line}`);
    const [, city = '', state = '', zip = '', zone = ''] = match;
    return { city, state, zip, zone };
  });
