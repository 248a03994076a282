/** Where the names of a cluster are reserved: one virtual actor for each account, region and cluster. */
import { addressOf, type Address } from '#contracts/address.ts';
import { fitted, tokenOf } from './token.ts';

const ID_LENGTH_MAX = 128;

export function serverGroupNamesAddress(place: {
  account: string;
  region: string;
  cluster: string;
}): Address {
  const id = [place.account, place.region, place.cluster].map(tokenOf).join('__');
  const token = fitted(id, ID_LENGTH_MAX);
  return addressOf({ service: 'clouddriver', type: 'serverGroupNames', root: token, id: token });
}
