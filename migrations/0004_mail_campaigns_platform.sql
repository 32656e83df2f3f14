CREATE TABLE "api_keys" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"prefix" text NOT NULL,
	"hash" text NOT NULL,
	"role" text NOT NULL,
	"scopes" text[] NOT NULL,
	"created_by_id" uuid NOT NULL,
	"expires_at" timestamp(3) with time zone,
	"last_used_at" timestamp(3) with time zone,
	"revoked_at" timestamp(3) with time zone,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "api_keys_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "campaign_contacts" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_by_id" uuid,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp(3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"campaign_id" uuid,
	"contact_id" uuid,
	"status" text DEFAULT 'PENDING' NOT NULL,
	"reason" text,
	"email_id" uuid,
	"sent_at" timestamp(3) with time zone,
	"opened_at" timestamp(3) with time zone,
	"clicked_at" timestamp(3) with time zone,
	"bounced_at" timestamp(3) with time zone,
	"unsubscribed_at" timestamp(3) with time zone,
	CONSTRAINT "campaign_contacts_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "campaigns" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_by_id" uuid,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp(3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"owner_id" uuid,
	"name" text collate "und-x-icu" NOT NULL,
	"description" text,
	"type" text DEFAULT 'EMAIL' NOT NULL,
	"status" text DEFAULT 'PLANNING' NOT NULL,
	"start_date" date,
	"end_date" date,
	"budget" numeric(15, 2),
	"actual_cost" numeric(15, 2),
	"target_audience" jsonb,
	"goals" jsonb,
	"template_id" uuid,
	"sending_since" timestamp(3) with time zone,
	"sent_by_id" uuid,
	"last_batch_at" timestamp(3) with time zone,
	"tags" text[] DEFAULT '{}' NOT NULL,
	"custom_fields" jsonb DEFAULT '{}' NOT NULL,
	"search_text" text GENERATED ALWAYS AS (crm_fold(name || ' ' || coalesce(description, ''))) STORED,
	CONSTRAINT "campaigns_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "email_templates" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_by_id" uuid,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp(3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"name" text collate "und-x-icu" NOT NULL,
	"subject" text NOT NULL,
	"body" text NOT NULL,
	"body_html" text,
	"is_active" boolean DEFAULT true NOT NULL,
	"tags" text[] DEFAULT '{}' NOT NULL,
	"custom_fields" jsonb DEFAULT '{}' NOT NULL,
	"search_text" text GENERATED ALWAYS AS (crm_fold(name || ' ' || subject || ' ' || body)) STORED,
	CONSTRAINT "email_templates_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "emails" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_by_id" uuid,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp(3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"direction" text DEFAULT 'OUTBOUND' NOT NULL,
	"status" text DEFAULT 'QUEUED' NOT NULL,
	"reason" text,
	"contact_id" uuid,
	"deal_id" uuid,
	"template_id" uuid,
	"campaign_id" uuid,
	"interaction_id" uuid,
	"from_address" text,
	"to_address" text,
	"subject" text,
	"body" text,
	"body_html" text,
	"message_id" text,
	"in_reply_to" text,
	"attempts" integer DEFAULT 0 NOT NULL,
	"sent_at" timestamp(3) with time zone,
	"search_text" text GENERATED ALWAYS AS (crm_fold(coalesce(subject, '') || ' ' || coalesce(to_address, ''))) STORED,
	CONSTRAINT "emails_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "mail_inboxes" (
	"workspace_id" uuid NOT NULL,
	"kind" text DEFAULT 'WEBHOOK' NOT NULL,
	"token_hash" text NOT NULL,
	"created_by_id" uuid NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "mail_inboxes_workspace_id_kind_pk" PRIMARY KEY("workspace_id","kind")
);
--> statement-breakpoint
CREATE TABLE "unsubscribes" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_by_id" uuid,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp(3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"email" text NOT NULL,
	"reason" text,
	"source" text DEFAULT 'MANUAL' NOT NULL,
	"search_text" text GENERATED ALWAYS AS (crm_fold(email || ' ' || coalesce(reason, ''))) STORED,
	CONSTRAINT "unsubscribes_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "notifications" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"key" text NOT NULL,
	"kind" text NOT NULL,
	"actor_id" uuid,
	"entity_type" text NOT NULL,
	"entity_id" uuid NOT NULL,
	"title" text,
	"detail" text,
	"count" integer DEFAULT 1 NOT NULL,
	"in_app" boolean NOT NULL,
	"is_mail_waiting" boolean NOT NULL,
	"mailed_at" timestamp(3) with time zone,
	"read_at" timestamp(3) with time zone,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "notifications_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "notification_preferences" (
	"workspace_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"in_app" boolean NOT NULL,
	"email" boolean NOT NULL,
	CONSTRAINT "notification_preferences_workspace_id_user_id_kind_pk" PRIMARY KEY("workspace_id","user_id","kind")
);
--> statement-breakpoint
CREATE TABLE "used_realtime_tickets" (
	"id" uuid PRIMARY KEY NOT NULL,
	"expires_at" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "webhook_deliveries" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"webhook_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"event_seq" bigint,
	"event_type" text NOT NULL,
	"status" text DEFAULT 'PENDING' NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"first_attempt_at" timestamp(3) with time zone,
	"next_attempt_at" timestamp(3) with time zone,
	"delivered_at" timestamp(3) with time zone,
	"response_status" integer,
	"response_excerpt" text,
	"error" text,
	"duration_ms" integer,
	"log" jsonb DEFAULT '[]' NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "webhook_deliveries_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "webhooks" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"name" text,
	"url" text NOT NULL,
	"events" text[] NOT NULL,
	"is_active" boolean DEFAULT true NOT NULL,
	"paused_at" timestamp(3) with time zone,
	"paused_reason" text,
	"sealed_secret" text NOT NULL,
	"sealed_previous_secret" text,
	"previous_until" timestamp(3) with time zone,
	"from_seq" bigint NOT NULL,
	"next_attempt_at" timestamp(3) with time zone,
	"lease_id" uuid,
	"leased_until" timestamp(3) with time zone,
	"created_by_id" uuid NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "webhooks_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
ALTER TABLE "events" ADD COLUMN "api_key_id" uuid;--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_created_by_fk" FOREIGN KEY ("workspace_id","created_by_id") REFERENCES "public"."memberships"("workspace_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaign_contacts" ADD CONSTRAINT "campaign_contacts_created_by_id_fk" FOREIGN KEY ("workspace_id","created_by_id") REFERENCES "public"."memberships"("workspace_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaign_contacts" ADD CONSTRAINT "campaign_contacts_campaign_id_fk" FOREIGN KEY ("workspace_id","campaign_id") REFERENCES "public"."records"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaign_contacts" ADD CONSTRAINT "campaign_contacts_contact_id_fk" FOREIGN KEY ("workspace_id","contact_id") REFERENCES "public"."records"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaign_contacts" ADD CONSTRAINT "campaign_contacts_email_id_fk" FOREIGN KEY ("workspace_id","email_id") REFERENCES "public"."records"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaigns" ADD CONSTRAINT "campaigns_owner_id_fk" FOREIGN KEY ("workspace_id","owner_id") REFERENCES "public"."memberships"("workspace_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaigns" ADD CONSTRAINT "campaigns_sent_by_id_fk" FOREIGN KEY ("workspace_id","sent_by_id") REFERENCES "public"."memberships"("workspace_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaigns" ADD CONSTRAINT "campaigns_created_by_id_fk" FOREIGN KEY ("workspace_id","created_by_id") REFERENCES "public"."memberships"("workspace_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaigns" ADD CONSTRAINT "campaigns_template_id_fk" FOREIGN KEY ("workspace_id","template_id") REFERENCES "public"."records"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "email_templates" ADD CONSTRAINT "email_templates_created_by_id_fk" FOREIGN KEY ("workspace_id","created_by_id") REFERENCES "public"."memberships"("workspace_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "emails" ADD CONSTRAINT "emails_created_by_id_fk" FOREIGN KEY ("workspace_id","created_by_id") REFERENCES "public"."memberships"("workspace_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "emails" ADD CONSTRAINT "emails_contact_id_fk" FOREIGN KEY ("workspace_id","contact_id") REFERENCES "public"."records"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "emails" ADD CONSTRAINT "emails_deal_id_fk" FOREIGN KEY ("workspace_id","deal_id") REFERENCES "public"."records"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "emails" ADD CONSTRAINT "emails_template_id_fk" FOREIGN KEY ("workspace_id","template_id") REFERENCES "public"."records"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "emails" ADD CONSTRAINT "emails_campaign_id_fk" FOREIGN KEY ("workspace_id","campaign_id") REFERENCES "public"."records"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "emails" ADD CONSTRAINT "emails_interaction_id_fk" FOREIGN KEY ("workspace_id","interaction_id") REFERENCES "public"."records"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "mail_inboxes" ADD CONSTRAINT "mail_inboxes_created_by_fk" FOREIGN KEY ("workspace_id","created_by_id") REFERENCES "public"."memberships"("workspace_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "unsubscribes" ADD CONSTRAINT "unsubscribes_created_by_id_fk" FOREIGN KEY ("workspace_id","created_by_id") REFERENCES "public"."memberships"("workspace_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notifications" ADD CONSTRAINT "notifications_user_fk" FOREIGN KEY ("workspace_id","user_id") REFERENCES "public"."memberships"("workspace_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notification_preferences" ADD CONSTRAINT "notification_preferences_user_fk" FOREIGN KEY ("workspace_id","user_id") REFERENCES "public"."memberships"("workspace_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "webhook_deliveries" ADD CONSTRAINT "webhook_deliveries_webhook_fk" FOREIGN KEY ("workspace_id","webhook_id") REFERENCES "public"."webhooks"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "webhooks" ADD CONSTRAINT "webhooks_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "webhooks" ADD CONSTRAINT "webhooks_created_by_fk" FOREIGN KEY ("workspace_id","created_by_id") REFERENCES "public"."memberships"("workspace_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "campaign_contacts_workspace_id_updated_at_id_index" ON "campaign_contacts" USING btree ("workspace_id","updated_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "campaign_contacts_workspace_id_created_at_id_index" ON "campaign_contacts" USING btree ("workspace_id","created_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "campaign_contacts_workspace_id_deleted_at_id_index" ON "campaign_contacts" USING btree ("workspace_id","deleted_at","id") WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX "campaign_contacts_workspace_id_contact_id_index" ON "campaign_contacts" USING btree ("workspace_id","contact_id");--> statement-breakpoint
CREATE INDEX "campaign_contacts_workspace_id_email_id_index" ON "campaign_contacts" USING btree ("workspace_id","email_id");--> statement-breakpoint
CREATE INDEX "campaign_contacts_workspace_id_created_by_id_index" ON "campaign_contacts" USING btree ("workspace_id","created_by_id");--> statement-breakpoint
CREATE INDEX "campaign_contacts_waiting" ON "campaign_contacts" USING btree ("workspace_id","campaign_id","status","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE UNIQUE INDEX "campaign_contacts_once" ON "campaign_contacts" USING btree ("workspace_id","campaign_id","contact_id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "campaigns_workspace_id_updated_at_id_index" ON "campaigns" USING btree ("workspace_id","updated_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "campaigns_workspace_id_created_at_id_index" ON "campaigns" USING btree ("workspace_id","created_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "campaigns_workspace_id_deleted_at_id_index" ON "campaigns" USING btree ("workspace_id","deleted_at","id") WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX "campaigns_workspace_id_owner_id_index" ON "campaigns" USING btree ("workspace_id","owner_id");--> statement-breakpoint
CREATE INDEX "campaigns_workspace_id_sent_by_id_index" ON "campaigns" USING btree ("workspace_id","sent_by_id");--> statement-breakpoint
CREATE INDEX "campaigns_workspace_id_template_id_index" ON "campaigns" USING btree ("workspace_id","template_id");--> statement-breakpoint
CREATE INDEX "campaigns_workspace_id_created_by_id_index" ON "campaigns" USING btree ("workspace_id","created_by_id");--> statement-breakpoint
CREATE INDEX "campaigns_status" ON "campaigns" USING btree ("workspace_id","status","updated_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "campaigns_search" ON "campaigns" USING gin ("workspace_id","search_text" gin_trgm_ops);--> statement-breakpoint
CREATE INDEX "email_templates_workspace_id_updated_at_id_index" ON "email_templates" USING btree ("workspace_id","updated_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "email_templates_workspace_id_created_at_id_index" ON "email_templates" USING btree ("workspace_id","created_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "email_templates_workspace_id_deleted_at_id_index" ON "email_templates" USING btree ("workspace_id","deleted_at","id") WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX "email_templates_workspace_id_created_by_id_index" ON "email_templates" USING btree ("workspace_id","created_by_id");--> statement-breakpoint
CREATE INDEX "email_templates_search" ON "email_templates" USING gin ("workspace_id","search_text" gin_trgm_ops);--> statement-breakpoint
CREATE INDEX "emails_workspace_id_updated_at_id_index" ON "emails" USING btree ("workspace_id","updated_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "emails_workspace_id_created_at_id_index" ON "emails" USING btree ("workspace_id","created_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "emails_workspace_id_deleted_at_id_index" ON "emails" USING btree ("workspace_id","deleted_at","id") WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX "emails_workspace_id_contact_id_index" ON "emails" USING btree ("workspace_id","contact_id");--> statement-breakpoint
CREATE INDEX "emails_workspace_id_deal_id_index" ON "emails" USING btree ("workspace_id","deal_id");--> statement-breakpoint
CREATE INDEX "emails_workspace_id_template_id_index" ON "emails" USING btree ("workspace_id","template_id");--> statement-breakpoint
CREATE INDEX "emails_workspace_id_campaign_id_index" ON "emails" USING btree ("workspace_id","campaign_id");--> statement-breakpoint
CREATE INDEX "emails_workspace_id_interaction_id_index" ON "emails" USING btree ("workspace_id","interaction_id");--> statement-breakpoint
CREATE INDEX "emails_workspace_id_created_by_id_index" ON "emails" USING btree ("workspace_id","created_by_id");--> statement-breakpoint
CREATE INDEX "emails_message" ON "emails" USING btree ("workspace_id","message_id");--> statement-breakpoint
CREATE INDEX "emails_search" ON "emails" USING gin ("workspace_id","search_text" gin_trgm_ops);--> statement-breakpoint
CREATE INDEX "unsubscribes_workspace_id_updated_at_id_index" ON "unsubscribes" USING btree ("workspace_id","updated_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "unsubscribes_workspace_id_created_at_id_index" ON "unsubscribes" USING btree ("workspace_id","created_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "unsubscribes_workspace_id_deleted_at_id_index" ON "unsubscribes" USING btree ("workspace_id","deleted_at","id") WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX "unsubscribes_workspace_id_created_by_id_index" ON "unsubscribes" USING btree ("workspace_id","created_by_id");--> statement-breakpoint
CREATE UNIQUE INDEX "unsubscribes_live_email" ON "unsubscribes" USING btree ("workspace_id","email") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "unsubscribes_search" ON "unsubscribes" USING gin ("workspace_id","search_text" gin_trgm_ops);--> statement-breakpoint
CREATE UNIQUE INDEX "notifications_key" ON "notifications" USING btree ("workspace_id","user_id","key");--> statement-breakpoint
CREATE INDEX "notifications_list" ON "notifications" USING btree ("workspace_id","user_id","id");--> statement-breakpoint
CREATE INDEX "notifications_unread" ON "notifications" USING btree ("workspace_id","user_id") WHERE read_at is null and in_app;--> statement-breakpoint
CREATE INDEX "notifications_mail" ON "notifications" USING btree ("created_at") WHERE is_mail_waiting;--> statement-breakpoint
CREATE INDEX "notifications_age" ON "notifications" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "used_realtime_tickets_expires_at_index" ON "used_realtime_tickets" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "webhook_deliveries_log" ON "webhook_deliveries" USING btree ("workspace_id","webhook_id","id");--> statement-breakpoint
CREATE INDEX "webhook_deliveries_queue" ON "webhook_deliveries" USING btree ("workspace_id","webhook_id","kind","event_seq") WHERE status = 'PENDING';--> statement-breakpoint
CREATE INDEX "webhook_deliveries_age" ON "webhook_deliveries" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "webhooks_due" ON "webhooks" USING btree ("next_attempt_at") WHERE next_attempt_at is not null;