/**
 * The form in which an account number is looked up: upper case, letters and digits only, so that
 * "7590-vhveg" and "7590 VHVEG" are one account. Empty when the text holds neither letters nor digits.
 */
export function accountKey(accountNumber: string): string {
  return accountNumber
    .normalize('NFKD')
    .toUpperCase()
    .replaceAll(/[^0-9A-Z]+/g, '');
}

/**
 * The form in which names and addresses are compared at identification: two texts mean the same when their
 * keys are equal. Case, accents, punctuation, spacing and the common abbreviations of street addresses are
 * forgiven (docs/ARCHITECTURE.md, `POST /v1/identifications`); numbers never are, so "12 3rd St" and
 * "1 23rd St" stay apart. Empty when the text holds neither letters nor digits: match no account then.
 */
export function identityKey(text: string): string {
  const words = wordsOf(foldLetters(text)).map((word) => SAME_WORDS.get(word) ?? word);
  return words
    .filter((word, at) => word !== 'apt' || !UNIT_WORDS.has(words[at - 1] ?? ''))
    .reduce((key, word) => (/\d$/.test(key) && /^\d/.test(word) ? `${key} ${word}` : key + word), '');
}

/** Letters without marks and case. Upper case first: it takes apart what has no lower-case twin ("ß", "ı"). */
function foldLetters(text: string): string {
  return text
    .normalize('NFKD')
    .replaceAll(/\p{M}+/gu, '')
    .toUpperCase()
    .toLowerCase()
    .replaceAll(/[æœøłđðþħŧ]/g, (letter) => UNDECOMPOSED[letter] ?? letter);
}

/** Apostrophes vanish ("O'Brien"), so do the dots of initials ("P.O."); all other punctuation parts words. */
function wordsOf(folded: string): string[] {
  return folded
    .replaceAll(/['’‘ʼ`´]/g, '')
    .replaceAll(/(?<!\p{L})(\p{L})\.(?=\p{L}(?!\p{L}))/gu, '$1')
    .replaceAll('#', ' apt ')
    .replaceAll('&', ' and ')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}

const UNDECOMPOSED: Readonly<Record<string, string>> = {
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ħ: 'h',
  ŧ: 't',
};

/**
 * Words that mean the same in an address; the first of each group stands for all. Street suffixes,
 * unit designators and directions are those of USPS Publication 28, appendices B and C. "St" is Saint as well
 * as Street, and "Ste" Sainte as well as Suite: nobody can tell from the abbreviation, so each is one word.
 */
const SAME_WORDS_TABLE = `
  aly allee alley ally | anx anex annex annx | arc arcade | ave av aven avenu avenue avn avnue | byu bayoo bayou
  bch beach | bnd bend | blf bluf bluff | blfs bluffs | btm bot bottm bottom | blvd boul boulevard boulv
  br brnch branch | brg brdge bridge | brk brook | brks brooks | bg burg | bgs burgs | byp bypa bypas bypass byps
  cp cmp camp | cyn canyn canyon cnyn | cpe cape | cswy causeway causwa
  ctr cen cent center centr centre cnter cntr | ctrs centers | cir circ circl circle crcl crcle | cirs circles
  clf cliff | clfs cliffs | clb club | cmn common | cmns commons | cor corner | cors corners | crse course
  ct court | cts courts | cv cove | cvs coves | crk creek | cres crescent crsent crsnt | crst crest
  xing crossing crssng | xrd crossroad | xrds crossroads | curv curve | dl dale | dm dam | dv div divide dvd
  dr driv drive drv doctor | drs drives | est estate | ests estates | expy exp expr express expressway expw
  ext extension extn extnsn | exts extensions | fls falls | fry ferry frry | fld field | flds fields | flt flat
  flts flats | frd ford | frds fords | frst forest forests | frg forg forge | frgs forges | frk fork
  frks forks | ft fort frt | fwy freeway freewy frway frwy | gdn garden gardn grden grdn | gdns gardens grdns
  gtwy gateway gatewy gatway gtway | gln glen | glns glens | grn green | grns greens | grv grov grove
  grvs groves | hbr harb harbor harbr hrbor | hbrs harbors | hvn haven | hts ht heights
  hwy highway highwy hiway hiwy hway | hl hill | hls hills | holw hllw hollow hollows holws | inlt inlet
  is island islnd | iss islands islnds | isle isles | jct jction jctn junction junctn juncton
  jcts jctns junctions | ky key | kys keys | knl knol knoll | knls knolls | lk lake | lks lakes
  lndg landing lndng | ln lane | lgt light | lgts lights | lf loaf | lck lock | lcks locks
  ldg ldge lodg lodge | loop loops | mnr manor | mnrs manors | mdw meadow | mdws meadows medows | ml mill
  mls mills | msn missn mission mssn | mtwy motorway | mt mnt mount | mtn mntain mntn mountain mountin mtin
  mtns mntns mountains | nck neck | orch orchard orchrd | oval ovl | opas overpass | pkwy parkway parkwy pkway pky
  pkwys parkways | psge passage | pike pikes | pne pine | pnes pines | pl place | pln plain | plns plains
  plz plaza plza | pt point | pts points | prt port | prts ports | pr prairie prr | radl rad radial radiel
  rnch ranch ranches rnchs | rpd rapid | rpds rapids | rst rest | rdg rdge ridge | rdgs ridges | riv river rivr rvr
  rd road | rds roads | rte route | shl shoal | shls shoals | shr shoar shore | shrs shoars shores | skwy skyway
  spg spng spring sprng | spgs spngs springs sprngs | sq sqr sqre squ square | sqs sqrs squares
  sta station statn stn | stra strav straven stravenue stravn strvn strvnue | strm stream streme
  st str street strt saint | sts streets | smt sumit sumitt summit | ter terr terrace | trwy throughway
  trce trace traces | trak track tracks trk trks | trfy trafficway | trl trail trails trls
  trlr trailer trlrs | tunl tunel tunls tunnel tunnels tunnl | tpke trnpk turnpike turnpk | upas underpass
  un union | uns unions | vly valley vally vlly | vlys valleys | via vdct viadct viaduct | vw view | vws views
  vlg vill villag village villg villiage | vlgs villages | vl ville | vis vist vista vst vsta | walk walks
  way wy | wl well | wls wells
  n north | e east | s south | w west | ne northeast | nw northwest | se southeast | sw southwest
  apt apartment no num number | bldg building | fl floor | ste suite sainte | rm room | dept department | lot lots
  spc space | unit units
  1st first | 2nd second | 3rd third | 4th fourth | 5th fifth | 6th sixth | 7th seventh | 8th eighth | 9th ninth
  10th tenth
`;

const SAME_WORDS: ReadonlyMap<string, string> = new Map(
  SAME_WORDS_TABLE.split(/[|\n]/)
    .map((line) => line.trim().split(/\s+/))
    .flatMap(([canonical = '', ...others]) => others.map((other) => [other, canonical] as const)),
);

/** After one of these a number sign says nothing more: "Suite #200" is "Suite 200". */
const UNIT_WORDS: ReadonlySet<string> = new Set(
  'apt bldg fl ste rm dept lot spc unit trlr pier slip stop'.split(' '),
);
