// The settings of each Node-RED: start one with PORT=1880 and one with PORT=1881.
module.exports = {
  uiPort: Number(process.env.PORT || 1880),
  uiHost: '127.0.0.1',

  // Both run the same flows, under the same ids: deploy the same file to both.
  flowFile: 'flows.json',

  // The variables of calls are shared. Install the client first: npm install redis
  jambonzCallStore: {
    redis: process.env.REDIS_URL || 'redis://127.0.0.1:6379',
  },
};
