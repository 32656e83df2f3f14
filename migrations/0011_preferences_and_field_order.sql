ALTER TABLE "users" ADD COLUMN "preferences" jsonb DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "custom_fields" ADD COLUMN "position" integer DEFAULT 0 NOT NULL;