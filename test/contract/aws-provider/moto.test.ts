import { providerContract } from './provider-suite.ts';
import { startRealMoto } from './provider-subject.ts';

providerContract('moto', startRealMoto);
