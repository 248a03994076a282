# One image for every process of Windlass; the command says which.

# The console's page, built once: what builds it comes as an optional dependency, and stays out of the image.
FROM node:24-slim AS page
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund --loglevel=error
COPY src src
COPY services/console services/console
RUN node services/console/build-page.ts /page

FROM node:24-slim

ENV NODE_ENV=production
WORKDIR /app

# The dependencies change seldom: a layer of their own. The optional ones bring Node to machines without it, and what
# builds the page.
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund --loglevel=error \
  && npm cache clean --force --loglevel=error

COPY src src
COPY machines machines
COPY services services
COPY tools tools
COPY --from=page /page page
ENV WINDLASS_CONSOLE_PAGE=/app/page

# The AWS double keeps its journal here; a volume takes over the owner.
RUN mkdir -p /var/lib/windlass && chown node:node /var/lib/windlass
USER node

# Node is process 1 and gets SIGTERM itself: a node drains, gives its partitions back and exits.
STOPSIGNAL SIGTERM
ENTRYPOINT ["node"]
CMD ["services/cli/main.ts", "--help"]
