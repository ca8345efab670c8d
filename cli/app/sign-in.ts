/** Signs in with Microsoft Entra ID, as whatever this machine is logged in: `az login`, a managed identity, or the environment of a pipeline. */
import { DefaultAzureCredential } from '@azure/identity';

export async function signIn(scope: string): Promise<string> {
  try {
    return (await new DefaultAzureCredential().getToken(scope)).token;
  } catch (error) {
    const [sentence = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new Error(`signing in for ${scope} failed: ${sentence} ("az login --scope ${scope}" may help)`, {
      cause: error,
    });
  }
}
