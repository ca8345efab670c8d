/**
 * A connection string of Application Insights: https://learn.microsoft.com/azure/azure-monitor/app/connection-strings
 *
 * Checked when the app starts: of one that is wrong the exporters would take nothing, and send to an endpoint of their own choice.
 */
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function isConnectionString(text: string): boolean {
  const pairs = text.split(';').map((pair) => pair.split('='));
  if (pairs.some(({ length }) => length !== 2)) return false;
  const values = new Map(pairs.map(([key = '', value = '']) => [key.toLowerCase(), value]));
  return GUID.test(values.get('instrumentationkey') ?? '') && isHttps(values.get('ingestionendpoint') ?? '');
}

const isHttps = (text: string): boolean => URL.canParse(text) && new URL(text).protocol === 'https:';
