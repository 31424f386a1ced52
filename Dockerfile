# One image for API, worker and migrations; docker-compose.yml says which of them a container is.

FROM node:20.20.2-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# Nothing that is used here needs a package's install script.
RUN ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
COPY tsconfig.json tsconfig.build.json config.ts worker.ts ./
COPY domain domain
COPY evidence evidence
COPY workflows workflows
COPY activities activities
COPY db db
COPY emails emails
COPY api api
RUN ["node", "node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"]
COPY web web
COPY dev/build-console.ts dev/build-console.ts
RUN ["node", "--import", "tsx", "dev/build-console.ts", "dist/console"]
# A worker with a prebuilt bundle is up in a sixth of the time, and all workers run the very same code.
COPY dev/bundle-workflows.ts dev/bundle-workflows.ts
RUN ["node", "--import", "tsx", "dev/bundle-workflows.ts", "workflows/index.ts", "dist/workflow-bundle.js"]

FROM node:20.20.2-bookworm-slim
# The slim image has no root certificates, which the Temporal client needs for a server behind TLS.
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates \
  && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund && npm cache clean --force
COPY --from=build /app/dist dist
ENV WORKFLOW_BUNDLE=/app/dist/workflow-bundle.js
# A volume that is mounted here belongs to the user from its first use on.
RUN ["install", "-d", "-o", "node", "-g", "node", "-m", "0700", "/anchors"]
USER node
EXPOSE 8080
CMD ["node", "dist/api/server.js"]
