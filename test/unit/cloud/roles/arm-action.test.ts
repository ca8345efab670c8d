import { expect, test } from 'vitest';
import { armAction } from '../../../../local/cloud/roles/arm-action.ts';

const SUBSCRIPTION = '/subscriptions/s';
const GROUP = `${SUBSCRIPTION}/resourceGroups/g`;
const REGISTRY = `${GROUP}/providers/Microsoft.ContainerRegistry/registries/base`;
const CONTAINERS = `${GROUP}/providers/Microsoft.ContainerInstance/containerGroups`;
const ACR = 'Microsoft.ContainerRegistry/registries';

test.each([
  // The subscription and its groups.
  ['GET', GROUP, 'Microsoft.Resources/subscriptions/resourceGroups/read', GROUP],
  ['PUT', GROUP, 'Microsoft.Resources/subscriptions/resourceGroups/write', GROUP],
  // A resource.
  ['GET', REGISTRY, `${ACR}/read`, REGISTRY],
  ['HEAD', REGISTRY, `${ACR}/read`, REGISTRY],
  ['PUT', REGISTRY, `${ACR}/write`, REGISTRY],
  ['PATCH', REGISTRY, `${ACR}/write`, REGISTRY],
  ['DELETE', `${REGISTRY}/tasks/build`, `${ACR}/tasks/delete`, `${REGISTRY}/tasks/build`],
  // What is done to one.
  ['POST', `${REGISTRY}/importImage`, `${ACR}/importImage/action`, REGISTRY],
  ['POST', `${REGISTRY}/runs/ca1/listLogSasUrl`, `${ACR}/runs/listLogSasUrl/action`, `${REGISTRY}/runs/ca1`],
  ['POST', `${CONTAINERS}/a/restart`, 'Microsoft.ContainerInstance/containerGroups/restart/action', `${CONTAINERS}/a`],
  // Lists and views below one.
  ['GET', `${REGISTRY}/runs`, `${ACR}/runs/read`, REGISTRY],
  ['GET', `${REGISTRY}/listUsages`, `${ACR}/listUsages/read`, REGISTRY],
  [
    'GET',
    `${CONTAINERS}/a/containers/main/logs`,
    'Microsoft.ContainerInstance/containerGroups/containers/logs/read',
    `${CONTAINERS}/a/containers/main`,
  ],
  // Extensions of a resource.
  [
    'PUT',
    `${REGISTRY}/providers/Microsoft.EventGrid/eventSubscriptions/pushes`,
    'Microsoft.EventGrid/eventSubscriptions/write',
    `${REGISTRY}/providers/Microsoft.EventGrid/eventSubscriptions/pushes`,
  ],
  [
    'GET',
    `${REGISTRY}/providers/Microsoft.Authorization/roleAssignments`,
    'Microsoft.Authorization/roleAssignments/read',
    REGISTRY,
  ],
  // A question that is asked by POST.
  [
    'POST',
    `${SUBSCRIPTION}/providers/Microsoft.ContainerRegistry/checkNameAvailability`,
    'Microsoft.ContainerRegistry/checkNameAvailability/read',
    SUBSCRIPTION,
  ],
])('%s %s is %s', (method, path, action, scope) => {
  expect(armAction(method, path)).toEqual({ action, scope, filtered: false });
});

test.each([
  [SUBSCRIPTION, 'Microsoft.Resources/subscriptions/read', SUBSCRIPTION],
  [`${SUBSCRIPTION}/resourceGroups`, 'Microsoft.Resources/subscriptions/resourceGroups/read', SUBSCRIPTION],
  [`${SUBSCRIPTION}/resources`, 'Microsoft.Resources/subscriptions/resources/read', SUBSCRIPTION],
  [`${SUBSCRIPTION}/providers/Microsoft.ContainerRegistry/registries`, `${ACR}/read`, SUBSCRIPTION],
  [`${GROUP}/providers/Microsoft.ContainerRegistry/registries`, `${ACR}/read`, GROUP],
])('GET %s answers what the caller may read of it', (path, action, scope) => {
  expect(armAction('GET', path)).toEqual({ action, scope, filtered: true });
});

test.each([
  `${SUBSCRIPTION}/providers/Microsoft.ContainerRegistry/locations/WESTEUROPE/operationResults/registries-1`,
  `${SUBSCRIPTION}/providers/Microsoft.ContainerInstance/locations/westeurope/operations/1`,
  `${SUBSCRIPTION}/providers/Microsoft.EventGrid/locations/westeurope/operationsStatus/1`,
])('waiting for %s needs no role', (path) => {
  expect(armAction('GET', path)).toBeUndefined();
});
