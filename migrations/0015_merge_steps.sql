ALTER TABLE "merges" ADD COLUMN "is_moving" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "merges" ADD COLUMN "undo_seq" bigint;--> statement-breakpoint
CREATE INDEX "merges_moving" ON "merges" USING btree ("workspace_id") WHERE is_moving;