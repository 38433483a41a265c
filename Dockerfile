# One image for web, worker and the commands. The first stage builds one static file; the second runs it as nobody.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
# What `ams version` prints; the revision goes to the error sink as well.
ARG RELEASE=unreleased
ARG REVISION=unknown
RUN CGO_ENABLED=0 go build -trimpath -tags nomsgpack,nodynamic,production -ldflags="-s -w -X ams/app.release=$RELEASE -X ams/app.revision=$REVISION" -o /ams .

# A shell is all that it has beside the program: hosting platforms run commands through one, and people who look after
# a deployment create the first account in it. It has a temporary directory, which is all that is ever written to.
FROM busybox:1.37.0-musl
ARG RELEASE=unreleased
ARG REVISION=unknown
LABEL org.opencontainers.image.title="AMS" \
	org.opencontainers.image.licenses="Apache-2.0" \
	org.opencontainers.image.version="$RELEASE" \
	org.opencontainers.image.revision="$REVISION"
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /ams /usr/local/bin/ams
# Time zones are inside the program. An installation may leave the database's user to this.
ENV PORT=5000 POSTGRES_USER=postgres
USER 65532:65532
EXPOSE 5000
# For web, which is the default. A worker's container asks for its own: ams healthcheck worker.
HEALTHCHECK --interval=30s --timeout=10s --start-period=90s CMD ["ams", "healthcheck", "web"]
ENTRYPOINT ["ams"]
CMD ["web"]
