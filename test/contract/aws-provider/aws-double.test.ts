import { providerContract } from './provider-suite.ts';
import { startDouble } from './provider-subject.ts';

providerContract('double', startDouble);
