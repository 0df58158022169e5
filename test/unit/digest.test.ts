import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestFault, type DigestFault, type Secret } from '../../src/http/digest';

interface Registration {
  name: string;
  password: string;
  /** Computed with Python's hashlib from what the RFCs say. */
  fault: DigestFault | null;
  request: Record<string, unknown>;
}

/** RFC 2617, section 3.5. */
const MUFASA = {
  method: 'GET',
  username: 'Mufasa',
  realm: 'testrealm@host.com',
  nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093',
  uri: '/dir/index.html',
  qop: 'auth',
  nc: '00000001',
  cnonce: '0a4f113b',
  response: '6629fae49393a05397450978507c4ef1',
  opaque: '5ccc069c403ebaf9f0171e9517f40e41',
};

/** RFC 7616, section 3.9.1, without algorithm and response. */
const CIRCLE = {
  method: 'GET',
  username: 'Mufasa',
  realm: 'http-auth@example.org',
  uri: '/dir/index.html',
  nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
  nc: '00000001',
  cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
  qop: 'auth',
};

/** RFC 7616, section 3.9.2. With userhash the header carries a hash; the digest covers the name. */
const JASON = {
  method: 'GET',
  username: 'J\u00e4s\u00f8n Doe',
  realm: 'api@example.org',
  uri: '/doe.json',
  algorithm: 'SHA-512-256',
  nonce: '5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK',
  nc: '00000001',
  cnonce: 'NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v',
  qop: 'auth',
};

/** A SIP registration; the values below were computed with Python's hashlib. */
const ALICE = {
  method: 'REGISTER',
  username: 'alice',
  realm: 'sip.example.com',
  uri: 'sip:sip.example.com',
  nonce: '179541049031100',
  nc: '00000002',
  cnonce: '6b8b4567',
};
const ALICE_PASSWORD = 'open sesame';
const ALICE_HA1: Record<string, string> = {
  MD5: 'cb7fb3e7208995283f8812eaca3ed33b',
  'SHA-256': '8db001455878c429463b6b5e3c6bafdba8622750208399dc3e447d5d715f9512',
  'SHA-512-256': 'b6b85162db7d26215495d676188782706bff8e6dec2a4758aa028303324100ae',
};
/** algorithm, with qop=auth, without qop and as RFC 2069 has it */
const ALICE_RESPONSES: [string, string, string][] = [
  ['MD5', 'b1e9f036ec837954865081e89ccba046', '9ee402198b3cb6b72bdae3f9cfdb4772'],
  ['MD5-sess', '556781162a52a044b1dcc817dbb43668', '837f86afd11809d896471843baafbffb'],
  [
    'SHA-256',
    '55d9521ac4d6f2fee3637b1f281ba64d6de11b1a3537e05455d15dffa305a46c',
    '66e49ae65d2bc3a0390df9c31904645f078f9835b8dac747f3f08cd37fa267f2',
  ],
  [
    'SHA-256-sess',
    '0135d6f5bde77db9abe0c61399d0f8d3a1227bf98aed6a2e8ef3198fe5c2ee38',
    '5f2329431748490314b39a8ac8abece95fc2fcbe91ea693c1aa511c3cb78f48d',
  ],
  [
    'SHA-512-256',
    '8312af81484be69c0ac112a9bc45b6931daff5784602ab3cb04ad724272c3875',
    '5f7c6990dd6deb615f25aa41137178cd5368c5d23a2c85a80fbcb510afbbb515',
  ],
  [
    'SHA-512-256-sess',
    'b7e7db7e1aa0fa49ac95a775e3d197e2cf6ebd1daa3d51b10095a430c4b61c16',
    '735ea6abbb5324bc048f0414bab02147625a53fd0f0b665e2e67d7bc7772bd69',
  ],
];

const without = (request: Record<string, unknown>, field: string): Record<string, unknown> =>
  Object.fromEntries(Object.entries(request).filter(([name]) => name !== field));

describe('SIP digest', () => {
  describe('examples of the RFCs', () => {
    const cases: [string, Record<string, unknown>, string][] = [
      ['RFC 2617, 3.5', MUFASA, 'Circle Of Life'],
      [
        'RFC 7616, 3.9.1 MD5',
        { ...CIRCLE, algorithm: 'MD5', response: '8ca523f5e9506fed4657c9700eebdbec' },
        'Circle of Life',
      ],
      [
        'RFC 7616, 3.9.1 SHA-256',
        {
          ...CIRCLE,
          algorithm: 'SHA-256',
          response: '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1',
        },
        'Circle of Life',
      ],
      [
        'RFC 7616, 3.9.2 SHA-512-256, as erratum 4897 corrects it',
        { ...JASON, response: '3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5' },
        'Secret, or not?',
      ],
    ];
    for (const [name, request, password] of cases) {
      it(`${name}: admits the right password only`, () => {
        assert.equal(digestFault(request, { password }), undefined);
        assert.equal(digestFault(request, { password: `${password}.` }), 'mismatch');
      });
    }

    it('RFC 7616, 3.9.2 as printed is refused: it was made with a SHA-512 cut short', () => {
      const response = 'ae66e67d6b427bd3f120414a82e4acff38e8ecd9101d6c861229025f607a79dd';
      assert.equal(digestFault({ ...JASON, response }, { password: 'Secret, or not?' }), 'mismatch');
    });

    it('the HA1 of RFC 2617 stands for the password', () => {
      assert.equal(digestFault(MUFASA, { ha1: '939e7578ed9e3c518a452acee763bce9' }), undefined);
    });
  });

  describe('algorithms', () => {
    for (const [algorithm, withQop, withoutQop] of ALICE_RESPONSES) {
      const ha1 = ALICE_HA1[algorithm.replace('-sess', '')]!;
      const secrets: Secret[] = [{ password: ALICE_PASSWORD }, { ha1 }];
      for (const secret of secrets) {
        it(`${algorithm} with a given ${Object.keys(secret)[0]!}`, () => {
          assert.equal(digestFault({ ...ALICE, algorithm, qop: 'auth', response: withQop }, secret), undefined);
          assert.equal(digestFault({ ...ALICE, algorithm, response: withoutQop }, secret), undefined);
        });
      }
      it(`${algorithm} in any letter case`, () => {
        for (const name of [algorithm.toLowerCase(), algorithm.toUpperCase()]) {
          assert.equal(digestFault({ ...ALICE, algorithm: name, response: withoutQop }, secrets[0]!), undefined);
        }
      });
      it(`${algorithm} is not taken for another one`, () => {
        for (const [other] of ALICE_RESPONSES) {
          if (other === algorithm) continue;
          const request = { ...ALICE, algorithm: other, qop: 'auth', response: withQop };
          assert.equal(digestFault(request, { password: ALICE_PASSWORD }), 'mismatch', other);
        }
      });
    }

    it('nc and cnonce without a qop may be part of the digest, as some clients have it', () => {
      // A recorded vector of the official palette.
      const request = {
        method: 'REGISTER',
        username: 'alice',
        realm: 'sip.example.com',
        uri: 'sip:sip.example.com',
        nonce: 'n0nce',
        nc: '1',
        cnonce: 'c',
        response: '0a8b2c01d082272c41c8430b9eda5a96',
      };
      assert.equal(digestFault(request, { password: 'pw' }), undefined);
      assert.equal(digestFault({ ...request, cnonce: 'd' }, { password: 'pw' }), 'mismatch');
    });

    it('none, or an empty one, is MD5', () => {
      const request = { ...ALICE, qop: 'auth', response: ALICE_RESPONSES[0]![1] };
      assert.equal(digestFault(request, { password: ALICE_PASSWORD }), undefined);
      assert.equal(digestFault({ ...request, algorithm: '' }, { password: ALICE_PASSWORD }), undefined);
    });

    for (const algorithm of ['SHA-1', 'SHA-512', 'sha256', '-sess', 'MD5-sess-sess', 'constructor', '__proto__']) {
      it(`${algorithm} is unknown`, () => {
        const request = { ...ALICE, algorithm, qop: 'auth', response: ALICE_RESPONSES[0]![1] };
        assert.equal(digestFault(request, { password: ALICE_PASSWORD }), 'algorithm');
      });
    }

    it('an HA1 of one algorithm does not serve another', () => {
      const [algorithm, response] = ALICE_RESPONSES[4]!;
      for (const ha1 of [ALICE_HA1.MD5!, ALICE_HA1['SHA-256']!]) {
        assert.equal(digestFault({ ...ALICE, algorithm, qop: 'auth', response }, { ha1 }), 'mismatch');
      }
    });
  });

  describe('an HA1 that is none, which the client has used as well (values from hashlib)', () => {
    for (const [algorithm, ha1, response] of [
      ['SHA-256', ALICE_HA1.MD5!, '1f50691165a9c05901ffeeceb75974c1848e592208d66d88744d65296c6b64b6'],
      ['MD5', 'short', '7627852a6bd98d81fd1045fdb54bf86b'],
    ] as const) {
      it(`${algorithm} with ${ha1}`, () => {
        assert.equal(digestFault({ ...ALICE, algorithm, response }, { ha1 }), 'mismatch');
      });
    }
  });

  describe('registrations recorded from the platform', () => {
    const recorded = JSON.parse(readFileSync(join(__dirname, '../data/registrations.json'), 'utf8')) as Registration[];
    for (const { name, password, fault, request } of recorded) {
      it(`${name}: ${fault ?? 'admitted'}`, () => {
        assert.equal(digestFault(request, { password }) ?? null, fault);
      });
      it(`${name}: refused with another password`, () => {
        assert.notEqual(digestFault(request, { password: 'something else' }), undefined);
      });
    }
  });

  describe('what cannot be checked is refused', () => {
    for (const secret of [{ password: '' }, { ha1: '' }]) {
      it(`an empty ${Object.keys(secret)[0]!}, even where the client used the same`, () => {
        // MD5 over the empty password, and over an empty HA1; from Python's hashlib
        for (const response of ['202741c16edcd34be909487c4f663853', 'e4539ddbb4526e28e4acbd78fbe01e1a']) {
          assert.equal(digestFault({ ...ALICE, response }, secret as Secret), 'secret');
        }
      });
    }

    for (const field of ['method', 'username', 'realm', 'nonce', 'uri', 'response', 'nc', 'cnonce']) {
      it(`a request without ${field}`, () => {
        const request = { ...ALICE, qop: 'auth', response: ALICE_RESPONSES[0]![1] };
        assert.equal(digestFault(without(request, field), { password: ALICE_PASSWORD }), 'incomplete');
        for (const value of ['', null, {}, [{}], true]) {
          assert.equal(digestFault({ ...request, [field]: value }, { password: ALICE_PASSWORD }), 'incomplete');
        }
      });
    }

    it('a session without cnonce', () => {
      const request = { ...without(ALICE, 'cnonce'), algorithm: 'MD5-sess', response: ALICE_RESPONSES[1]![2] };
      assert.equal(digestFault(request, { password: ALICE_PASSWORD }), 'incomplete');
    });

    it('an empty request', () => {
      assert.equal(digestFault({}, { password: ALICE_PASSWORD }), 'incomplete');
    });

    for (const qop of ['auth-int', 'auth,auth-int', 'AUTH-INT', 'none']) {
      it(`qop=${qop}`, () => {
        const request = { ...ALICE, qop, response: ALICE_RESPONSES[0]![1] };
        assert.equal(digestFault(request, { password: ALICE_PASSWORD }), 'qop');
      });
    }

    it('a response in capitals, as the RFC wants small letters', () => {
      const response = ALICE_RESPONSES[0]![1].toUpperCase();
      assert.equal(digestFault({ ...ALICE, qop: 'auth', response }, { password: ALICE_PASSWORD }), 'mismatch');
    });

    for (const response of ['b1e9f036', `${ALICE_RESPONSES[0]![1]}0`, '\u00e9'.repeat(32), 'x'.repeat(100_000)]) {
      it(`a response of ${response.length} characters that is none (${response.slice(0, 8)})`, () => {
        assert.equal(digestFault({ ...ALICE, qop: 'auth', response }, { password: ALICE_PASSWORD }), 'mismatch');
      });
    }
  });
});
