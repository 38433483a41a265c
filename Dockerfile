# One image for web, worker and the commands. The first stage builds one static file; the second runs it as nobody.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -tags nomsgpack,nodynamic -ldflags="-s -w" -o /ams .

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /ams /ams
USER 65532:65532
ENV PORT=5000
EXPOSE 5000
HEALTHCHECK --interval=30s --timeout=6s CMD ["/ams", "healthcheck", "web"]
ENTRYPOINT ["/ams"]
CMD ["web"]
