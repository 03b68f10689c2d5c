"""Packages that say what a program is: frameworks, bundlers, consumers of work, makers of documentation."""

from __future__ import annotations

from typing import NamedTuple


class Known(NamedTuple):
    """A framework by the package that makes it one. `dev` counts in devDependencies too: it is a build-time compiler."""

    name: str
    package: str
    role: str  # full: pages and server; server; site: pages only; static: pages as files
    dev: bool = False


# those built on another come first: Nest runs on Express, Next on React
KNOWN: tuple[Known, ...] = (
    Known("nestjs", "@nestjs/core", "server"),
    Known("adonisjs", "@adonisjs/core", "server"),
    Known("strapi", "@strapi/strapi", "server"),
    Known("medusa", "@medusajs/medusa", "server"),
    Known("loopback", "@loopback/core", "server"),
    Known("feathers", "@feathersjs/feathers", "server"),
    Known("sails", "sails", "server"),
    Known("redwood", "@redwoodjs/core", "full", dev=True),
    Known("blitz", "blitz", "full"),
    Known("nextjs", "next", "full", dev=True),
    Known("nuxt", "nuxt", "full", dev=True),
    Known("nuxt", "nuxt3", "full", dev=True),
    Known("remix", "@remix-run/react", "full", dev=True),
    Known("remix", "@remix-run/node", "full", dev=True),
    Known("react-router", "@react-router/serve", "full", dev=True),
    Known("react-router", "@react-router/node", "full", dev=True),
    Known("react-router", "@react-router/dev", "full", dev=True),
    Known("tanstack-start", "@tanstack/react-start", "full", dev=True),
    Known("solidstart", "@solidjs/start", "full", dev=True),
    Known("sveltekit", "@sveltejs/kit", "full", dev=True),
    Known("qwik", "@builder.io/qwik-city", "full", dev=True),
    Known("astro", "astro", "full", dev=True),
    Known("gatsby", "gatsby", "static", dev=True),
    Known("docusaurus", "@docusaurus/core", "static", dev=True),
    Known("vitepress", "vitepress", "static", dev=True),
    Known("eleventy", "@11ty/eleventy", "static", dev=True),
    Known("fresh", "@fresh/core", "full"),
    Known("oak", "@oak/oak", "server"),
    Known("hapi", "@hapi/hapi", "server"),
    Known("hapi", "hapi", "server"),
    Known("koa", "koa", "server"),
    Known("fastify", "fastify", "server"),
    Known("restify", "restify", "server"),
    Known("hono", "hono", "server"),
    Known("elysia", "elysia", "server"),
    Known("h3", "h3", "server"),
    Known("nitro", "nitropack", "server", dev=True),
    Known("polka", "polka", "server"),
    Known("tinyhttp", "@tinyhttp/app", "server"),
    Known("moleculer", "moleculer", "server"),
    Known("express", "express", "server"),
    Known("angular", "@angular/core", "site"),
    Known("vue", "vue", "site", dev=True),
    Known("svelte", "svelte", "site", dev=True),
    Known("preact", "preact", "site", dev=True),
    Known("solid", "solid-js", "site", dev=True),
    Known("ember", "ember-source", "site", dev=True),
    Known("lit", "lit", "site", dev=True),
    Known("react", "react", "site", dev=True),
)
# what builds a site that is files only
BUNDLERS = frozenset(
    {
        "react-scripts",
        "vite",
        "@vue/cli-service",
        "@angular/cli",
        "parcel",
        "webpack",
        "rollup",
        "@rsbuild/core",
        "@craco/craco",
        "ember-cli",
    }
)
# packages whose import makes a program wait for work: consumers and schedulers
CONSUMERS = frozenset(
    {
        "amqplib",
        "amqp-connection-manager",
        "bull",
        "bullmq",
        "kafkajs",
        "node-rdkafka",
        "sqs-consumer",
        "agenda",
        "bee-queue",
        "node-cron",
        "cron",
        "node-schedule",
        "graphile-worker",
        "pg-boss",
        "@temporalio/worker",
        "mqtt",
        "nats",
        "@google-cloud/pubsub",
        "@azure/service-bus",
    }
)
# what makes a program of a phone or desk
DEVICES = ("react-native", "expo", "electron", "@capacitor/core", "@ionic/core", "@tauri-apps/api", "cordova")
# what turns written pages into a site about something else
WRITTEN = frozenset(
    {
        "@docusaurus/core",
        "vitepress",
        "vuepress",
        "nextra",
        "@markdoc/next.js",
        "fumadocs-ui",
        "@astrojs/starlight",
        "docsify",
        "docsify-cli",
        "@mintlify/cli",
        "mintlify",
        "honkit",
        "@antora/cli",
    }
)
LOAD = frozenset({"artillery", "autocannon", "loadtest", "k6"})
GRPC = frozenset({"@grpc/grpc-js", "grpc", "nice-grpc", "@connectrpc/connect-node"})
