metadata name = 'Alerts'
metadata description = 'What somebody should know at once: a candidate was rejected, events got lost on the way, no sweep for an hour.'

@description('Required. Region.')
param location string

@description('Required. Application Insights.')
param insightsId string

@description('Required. The system topics of the registries.')
param topicIds string[]

@description('Required. Who gets an e-mail; may be empty.')
param emails string[]

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'gated-import-people'
  location: 'global'
  properties: {
    groupShortName: 'gatedimport'
    enabled: true
    emailReceivers: [for (email, i) in emails: { name: 'person-${i}', emailAddress: email, useCommonAlertSchema: true }]
  }
}

resource rejected 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = {
  name: 'gated-import-candidate-rejected'
  location: location
  kind: 'LogAlert'
  properties: {
    displayName: 'A candidate was rejected'
    description: 'The gate keeps its last good image. Why: GET /api/gates/<gate>/candidates/<digest>.'
    severity: 2
    evaluationFrequency: 'PT5M'
    // What is told takes minutes to be there: in a window no longer than the time between two looks, what comes late would be seen by neither.
    windowSize: 'PT15M'
    // An alert that is on is not said again.
    autoMitigate: true
    scopes: [insightsId]
    criteria: {
      allOf: [
        {
          query: '''
            customMetrics
            | where name == "gated_import.candidates" and customDimensions.outcome == "rejected"
            | extend gate = tostring(customDimensions.gate)
          '''
          dimensions: [{ name: 'gate', operator: 'Include', values: ['*'] }]
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
        }
      ]
    }
    actions: { actionGroups: [people.id] }
  }
}

resource noSweep 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = {
  name: 'gated-import-no-sweep'
  location: location
  kind: 'LogAlert'
  properties: {
    displayName: 'No sweep for an hour'
    description: 'Upstreams are not asked, and what got stuck is not started again. Look at GET /api/health, then restart the app.'
    severity: 1
    evaluationFrequency: 'PT15M'
    windowSize: 'PT1H'
    scopes: [insightsId]
    criteria: {
      allOf: [
        {
          query: 'customMetrics | where name == "gated_import.sweeps"'
          timeAggregation: 'Count'
          operator: 'LessThan'
          threshold: 1
        }
      ]
    }
    actions: { actionGroups: [people.id] }
  }
}

// One for each topic: they may lie in several regions and subscriptions.
resource deadLetters 'Microsoft.Insights/metricAlerts@2018-03-01' = [
  for id in topicIds: {
    name: 'gated-import-dead-letters-${last(split(id, '/'))}'
    location: 'global'
    properties: {
      description: 'Events of a registry could not be delivered; they lie in the container dead-letters. The next sweep makes up for them.'
      severity: 2
      enabled: true
      scopes: [id]
      evaluationFrequency: 'PT5M'
      windowSize: 'PT15M'
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            criterionType: 'StaticThresholdCriterion'
            name: 'dead letters'
            metricName: 'DeadLetteredCount'
            timeAggregation: 'Total'
            operator: 'GreaterThan'
            threshold: 0
          }
        ]
      }
      actions: [{ actionGroupId: people.id }]
    }
  }
]

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(insightsId, 'workbook')
  location: location
  kind: 'shared'
  properties: {
    displayName: 'gated-import'
    category: 'workbook'
    sourceId: insightsId
    serializedData: string(loadJsonContent('workbook.json'))
  }
}
